//! Everything that reaches beyond the page's state: hooks for the top component, and small calls.
//!
//! | module | what it does |
//! |---|---|
//! | [`address`] | keeps the address bar and the state the same |
//! | [`clipboard`] | copies text |
//! | [`flip`] | lets processes travel between groups |
//! | [`focus`] | moves the focus |
//! | [`keys`] | the timeline's keys, wherever the focus is |
//! | [`mod@panic`] | the message when the page has failed |
//! | [`playing`] | the next step, by the clock |
//! | [`storage`] | what the browser remembers |

pub(crate) mod address;
pub(crate) mod clipboard;
pub(crate) mod flip;
pub(crate) mod focus;
pub(crate) mod keys;
pub(crate) mod panic;
pub(crate) mod playing;
pub(crate) mod storage;
