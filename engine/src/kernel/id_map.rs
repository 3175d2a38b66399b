//! Large maps of things that are numbered one after the other: groups by their id, tasks by their pid.
//!
//! Nearly every rule looks something up by such a number. Here the number's digits are the way to it: nothing is
//! compared, so that it takes about as long among ten thousand as among ten, and a change copies one short row of
//! pointers a digit. An ordered map of ten thousand compares some fourteen times, each time at another place in memory.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::fmt::{self, Debug, Formatter};
use std::marker::PhantomData;
use std::rc::Rc;

/// Bits of a number that are one digit.
const BITS: u32 = 3;

/// What a digit can be.
const WIDTH: usize = 1 << BITS;

/// The bits of a number's last digit.
const MASK: u32 = (1 << BITS) - 1;

/// A map by number, in the order of the numbers; clones share what has not changed.
#[derive(Clone)]
pub(crate) struct IdMap<K, V> {
    root: Option<Rc<Node<V>>>,
    /// The root's level: how many digits follow the one that it tells apart.
    level: u32,
    len: u32,
    key: PhantomData<K>,
}

/// All numbers that differ only in one digit and those that follow it. Below the root, none is empty.
#[derive(Clone)]
enum Node<V> {
    /// By a digit that others follow.
    Branch([Option<Rc<Self>>; WIDTH]),
    /// By the last digit.
    Leaf([Option<V>; WIDTH]),
}

/// The digit of a number that so many others follow.
fn digit(number: u32, level: u32) -> usize {
    (number >> (BITS * level) & MASK) as usize
}

impl<V> Node<V> {
    fn empty(level: u32) -> Self {
        if level == 0 { Self::Leaf([const { None }; WIDTH]) } else { Self::Branch([const { None }; WIDTH]) }
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::Branch(nodes) => nodes.iter().all(Option::is_none),
            Self::Leaf(values) => values.iter().all(Option::is_none),
        }
    }

    /// The first value that is not before a number.
    fn first(&self, level: u32, from: u32) -> Option<(u32, &V)> {
        let (start, shift) = (digit(from, level), BITS * level);
        let base = (from >> shift & !MASK) << shift;
        let number = |digit: usize| (base | (digit as u32) << shift).max(from);
        match self {
            Self::Branch(nodes) => {
                let mut rest = nodes.iter().enumerate().skip(start);
                rest.find_map(|(digit, node)| node.as_ref()?.first(level - 1, number(digit)))
            }
            Self::Leaf(values) => {
                let mut rest = values.iter().enumerate().skip(start);
                rest.find_map(|(digit, value)| Some((number(digit), value.as_ref()?)))
            }
        }
    }
}

impl<V: Clone> Node<V> {
    fn remove(&mut self, level: u32, number: u32) -> Option<V> {
        match self {
            Self::Leaf(values) => values.get_mut(digit(number, 0))?.take(),
            Self::Branch(nodes) => {
                let slot = nodes.get_mut(digit(number, level))?;
                let node = Rc::make_mut(slot.as_mut()?);
                let removed = node.remove(level - 1, number);
                if node.is_empty() {
                    *slot = None;
                }
                removed
            }
        }
    }
}

impl<K, V> Default for IdMap<K, V> {
    fn default() -> Self {
        Self { root: None, level: 0, len: 0, key: PhantomData }
    }
}

impl<K: From<u32> + Into<u32>, V> IdMap<K, V> {
    pub(crate) fn len(&self) -> usize {
        self.len as usize
    }

    /// True for a number that the root has digits enough for.
    fn has_room(&self, number: u32) -> bool {
        number >> (BITS * self.level) <= MASK
    }

    pub(crate) fn get(&self, key: K) -> Option<&V> {
        let number = key.into();
        let (mut node, mut level) = (self.root.as_deref()?, self.level);
        if !self.has_room(number) {
            return None;
        }
        loop {
            match node {
                Node::Branch(nodes) => node = nodes.get(digit(number, level))?.as_deref()?,
                Node::Leaf(values) => return values.get(digit(number, 0))?.as_ref(),
            }
            level -= 1;
        }
    }

    pub(crate) fn contains_key(&self, key: K) -> bool {
        self.get(key).is_some()
    }

    /// All, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (K, &V)> {
        let mut from = Some(0);
        std::iter::from_fn(move || {
            let start = from.filter(|from| self.has_room(*from))?;
            let (number, value) = self.root.as_ref()?.first(self.level, start)?;
            from = number.checked_add(1);
            Some((number.into(), value))
        })
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = K> {
        self.iter().map(|(key, _)| key)
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }
}

impl<K: From<u32> + Into<u32> + Copy, V: Clone> IdMap<K, V> {
    /// A value to change.
    pub(crate) fn get_mut(&mut self, key: K) -> Option<&mut V> {
        if !self.contains_key(key) {
            return None;
        }
        let number = key.into();
        let (mut node, mut level) = (Rc::make_mut(self.root.as_mut()?), self.level);
        loop {
            match node {
                Node::Branch(nodes) => node = Rc::make_mut(nodes.get_mut(digit(number, level))?.as_mut()?),
                Node::Leaf(values) => return values.get_mut(digit(number, 0))?.as_mut(),
            }
            level -= 1;
        }
    }

    pub(crate) fn insert(&mut self, key: K, value: V) {
        let number = key.into();
        while !self.has_room(number) {
            self.level += 1;
            if let Some(root) = self.root.take() {
                let mut nodes = [const { None }; WIDTH];
                nodes[0] = Some(root);
                self.root = Some(Rc::new(Node::Branch(nodes)));
            }
        }
        let (mut slot, mut level) = (&mut self.root, self.level);
        loop {
            match Rc::make_mut(slot.get_or_insert_with(|| Rc::new(Node::empty(level)))) {
                Node::Branch(nodes) => slot = &mut nodes[digit(number, level)],
                Node::Leaf(values) => {
                    let replaced = values[digit(number, 0)].replace(value);
                    self.len += u32::from(replaced.is_none());
                    return;
                }
            }
            level -= 1;
        }
    }

    pub(crate) fn remove(&mut self, key: K) -> Option<V> {
        if !self.contains_key(key) {
            return None;
        }
        let removed = Rc::make_mut(self.root.as_mut()?).remove(self.level, key.into());
        self.len -= 1;
        if self.len == 0 {
            *self = Self::default();
        }
        removed
    }
}

impl<K: From<u32> + Into<u32> + Serialize, V: Serialize> Serialize for IdMap<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (key, value) in self.iter() {
            map.serialize_entry(&key, value)?;
        }
        map.end()
    }
}

impl<K: From<u32> + Into<u32> + Debug, V: Debug> Debug for IdMap<K, V> {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        to.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::IdMap;
    use std::collections::BTreeMap;

    /// The next of a row of numbers without an order.
    fn next(seed: &mut u32) -> u32 {
        *seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *seed >> 16
    }

    #[test]
    fn it_is_a_map_whatever_is_done_to_it() {
        let (mut map, mut plain) = (IdMap::<u32, u32>::default(), BTreeMap::new());
        let mut seed = 1;
        let mut kept = Vec::new();
        for round in 0..3000 {
            // Few at first, then numbers of all lengths.
            let key = (next(&mut seed) % 80) << (round / 300 * 3).min(26);
            match next(&mut seed) % 4 {
                0 => assert_eq!(map.remove(key), plain.remove(&key)),
                1 => {
                    let both = (map.get_mut(key), plain.get_mut(&key));
                    assert_eq!(both.0, both.1);
                    if let (Some(value), Some(plain)) = both {
                        (*value, *plain) = (round, round);
                    }
                }
                _ => {
                    map.insert(key, round);
                    plain.insert(key, round);
                }
            }
            assert_eq!(map.get(key), plain.get(&key));
            if round % 100 == 0 {
                kept.push((map.clone(), plain.clone()));
            }
        }
        kept.push((map, plain));
        for (map, plain) in kept {
            assert_eq!(map.len(), plain.len());
            assert!(map.iter().eq(plain.iter().map(|(key, value)| (*key, value))));
        }
    }

    #[test]
    fn the_last_number_has_a_place() {
        let mut map = IdMap::<u32, char>::default();
        assert_eq!(map.remove(u32::MAX), None);
        map.insert(u32::MAX, 'b');
        map.insert(7, 'a');
        assert_eq!(map.iter().collect::<Vec<_>>(), [(7, &'a'), (u32::MAX, &'b')]);
        assert_eq!((map.remove(u32::MAX), map.get(u32::MAX), map.len()), (Some('b'), None, 1));
    }
}
