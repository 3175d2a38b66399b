//! Values that clones share until one of them changes it.
//!
//! The counts are not atomic: a kernel belongs to one thread, and counting is most of what a step costs.

use imbl::shared_ptr::RcK;
use serde::{Serialize, Serializer};
use std::ops::{Deref, DerefMut};
use std::rc::Rc;

/// An ordered map whose clones share what has not changed.
pub(crate) type OrdMap<K, V> = imbl::GenericOrdMap<K, V, RcK>;

/// An ordered set whose clones share what has not changed.
pub(crate) type OrdSet<K> = imbl::GenericOrdSet<K, RcK>;

/// Copy on write: reading is free, the first change after a clone copies the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shared<T>(Rc<T>);

impl<T> From<T> for Shared<T> {
    fn from(value: T) -> Self {
        Self(Rc::new(value))
    }
}

impl<T> Shared<T> {
    /// True for clones of which none has been changed. Values that are equal by chance are not the same.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Clone> DerefMut for Shared<T> {
    fn deref_mut(&mut self) -> &mut T {
        Rc::make_mut(&mut self.0)
    }
}

impl<T: Serialize> Serialize for Shared<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        T::serialize(self, serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::Shared;

    #[test]
    fn a_change_leaves_the_clone_alone() {
        let first = Shared::from(vec![1]);
        let mut second = first.clone();
        second.push(2);
        assert_eq!(*first, vec![1]);
        assert_eq!(*second, vec![1, 2]);
    }
}
