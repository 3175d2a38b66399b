//! Large ordered maps of which a step changes little, by names and by facts; `id_map` is for numbers.
//!
//! A change of a tree that is shared copies a node of each of its levels, so it costs the more the larger the tree
//! is. Here the latest changes are in a small map of their own, a single node, and go into the large one many at a
//! time. So a change costs about the same with ten entries and with ten thousand.

use super::shared::OrdMap;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt::{self, Debug, Formatter};
use std::iter::Peekable;
use std::ops::RangeBounds;

/// How many changes are kept apart: as many as a node of the map has room for.
const RECENT: usize = 16;

/// An ordered map whose clones share what has not changed.
#[derive(Clone)]
pub(crate) struct Layered<K, V> {
    /// The latest changes; `None` for what was removed of the rest.
    recent: OrdMap<K, Option<V>>,
    /// All others, never `None`; of the same type, since each type of map is more for the page to load.
    rest: OrdMap<K, Option<V>>,
    len: u32,
}

impl<K, V> Default for Layered<K, V> {
    fn default() -> Self {
        Self { recent: OrdMap::new(), rest: OrdMap::new(), len: 0 }
    }
}

impl<K: Ord + Clone, V: Clone> Layered<K, V> {
    pub(crate) fn len(&self) -> usize {
        self.len as usize
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(crate) fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        match self.recent.get(key) {
            Some(recent) => recent.as_ref(),
            None => self.rest.get(key)?.as_ref(),
        }
    }

    pub(crate) fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.get(key).is_some()
    }

    pub(crate) fn insert(&mut self, key: K, value: V) {
        self.len += u32::from(!self.contains_key(&key));
        self.note(key, Some(value));
    }

    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        let value = self.get(key)?.clone();
        self.len -= 1;
        if self.rest.contains_key(key) {
            self.note(key.clone(), None);
        } else {
            self.recent.remove(key);
        }
        Some(value)
    }

    /// Notes a change; where there is no room, the earlier ones go to the rest.
    fn note(&mut self, key: K, value: Option<V>) {
        if self.recent.len() >= RECENT && !self.recent.contains_key(&key) {
            for (key, value) in std::mem::take(&mut self.recent) {
                if value.is_some() {
                    self.rest.insert(key, value);
                } else {
                    self.rest.remove(&key);
                }
            }
        }
        self.recent.insert(key, value);
    }

    /// All, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        Merged { recent: self.recent.iter().peekable(), rest: self.rest.iter().peekable() }
    }

    /// Those in a range, in order.
    pub(crate) fn range(&self, range: impl RangeBounds<K> + Clone) -> impl Iterator<Item = (&K, &V)> {
        let rest = self.rest.range(range.clone()).peekable();
        Merged { recent: self.recent.range(range).peekable(), rest }
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &K> {
        self.iter().map(|(key, _)| key)
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }
}

/// Both parts in the order of their keys; what is recent counts.
struct Merged<I: Iterator> {
    recent: Peekable<I>,
    rest: Peekable<I>,
}

impl<'a, K: Ord + 'a, V: 'a, I> Iterator for Merged<I>
where
    I: Iterator<Item = (&'a K, &'a Option<V>)>,
{
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let order = match (self.recent.peek(), self.rest.peek()) {
                (Some((recent, _)), Some((rest, _))) => recent.cmp(rest),
                (Some(_), None) => Ordering::Less,
                (None, _) => Ordering::Greater,
            };
            if order == Ordering::Equal {
                self.rest.next();
            }
            let part = if order == Ordering::Greater { &mut self.rest } else { &mut self.recent };
            if let (key, Some(value)) = part.next()? {
                return Some((key, value));
            }
        }
    }
}

impl<K: Ord + Clone + Serialize, V: Clone + Serialize> Serialize for Layered<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (key, value) in self.iter() {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl<K: Ord + Clone + Debug, V: Clone + Debug> Debug for Layered<K, V> {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        to.debug_map().entries(self.iter()).finish()
    }
}

/// An ordered set whose clones share what has not changed.
#[derive(Clone)]
pub(crate) struct LayeredSet<K>(Layered<K, ()>);

impl<K> Default for LayeredSet<K> {
    fn default() -> Self {
        Self(Layered::default())
    }
}

impl<K: Ord + Clone> LayeredSet<K> {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn insert(&mut self, key: K) {
        if !self.0.contains_key(&key) {
            self.0.insert(key, ());
        }
    }

    pub(crate) fn remove(&mut self, key: &K) {
        self.0.remove(key);
    }

    /// All, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &K> {
        self.0.keys()
    }

    /// Those in a range, in order.
    pub(crate) fn range(&self, range: impl RangeBounds<K> + Clone) -> impl Iterator<Item = &K> {
        self.0.range(range).map(|(key, ())| key)
    }
}

impl<K: Ord + Clone + Serialize> Serialize for LayeredSet<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<K: Ord + Clone + Debug> Debug for LayeredSet<K> {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        to.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::Layered;
    use std::collections::BTreeMap;

    /// The next of a row of numbers without an order.
    fn next(seed: &mut u32) -> u32 {
        *seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *seed >> 16
    }

    #[test]
    fn it_is_a_map_whatever_is_done_to_it() {
        let (mut layered, mut plain) = (Layered::default(), BTreeMap::new());
        let mut seed = 1;
        let mut kept = Vec::new();
        for round in 0..3000 {
            let key = next(&mut seed) % 80;
            if next(&mut seed).is_multiple_of(3) {
                assert_eq!(layered.remove(&key), plain.remove(&key));
            } else {
                layered.insert(key, round);
                plain.insert(key, round);
            }
            assert_eq!(layered.get(&key), plain.get(&key));
            if round % 100 == 0 {
                kept.push((layered.clone(), plain.clone()));
            }
        }
        kept.push((layered, plain));
        for (layered, plain) in kept {
            assert_eq!(layered.len(), plain.len());
            assert!(layered.iter().eq(plain.iter()));
            assert!(layered.range(20..=60).eq(plain.range(20..=60)));
        }
    }
}
