//! What the screen shows, in plain structs with public fields. The page draws these and knows no rules.

pub mod change;
pub mod host;
pub mod inspector;
pub mod meter;
pub mod mounts;
pub mod namespaces;
pub mod step;
pub mod timeline;

pub use change::{Change, Sign};
pub use host::{GroupKey, GroupNode, HierarchyView, HostView, TaskToken};
pub use inspector::{FileView, GroupView, TaskView};
pub use meter::{Meter, Resource};
pub use mounts::{LayerView, MountNode, MountsView, OverlayView, PathView};
pub use namespaces::{NamespaceCell, NamespaceFacts, NamespaceRow, NamespacesView};
pub use step::{FidelityView, RefusalView, StepCard};
pub use timeline::{TimelineCommand, TimelineLine, TimelineStep};
