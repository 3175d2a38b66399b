//! Character devices of major number 1 (Documentation/admin-guide/devices.txt; null(4), random(4)).

use serde::Serialize;

/// What a device does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Device {
    /// Reads as empty, takes everything.
    Null,
    /// Zero bytes without end.
    Zero,
    /// Zero bytes without end, but no room for what is written.
    Full,
    /// Random bytes without end.
    Random,
}

/// The device with these numbers; `None` has no driver here (ENXIO).
pub(crate) fn device(major: u32, minor: u32) -> Option<Device> {
    match (major, minor) {
        (1, 3) => Some(Device::Null),
        (1, 5) => Some(Device::Zero),
        (1, 7) => Some(Device::Full),
        (1, 8 | 9) => Some(Device::Random),
        _ => None,
    }
}

impl Device {
    /// True where reading never comes to an end.
    pub(crate) fn is_endless(self) -> bool {
        self != Self::Null
    }
}

#[cfg(test)]
mod tests {
    use super::{Device, device};

    #[test]
    fn numbers_are_those_of_the_list_of_devices() {
        let cases = [
            (3, Some(Device::Null)),
            (5, Some(Device::Zero)),
            (7, Some(Device::Full)),
            (9, Some(Device::Random)),
            (1, None),
        ];
        for (minor, expected) in cases {
            assert_eq!(device(1, minor), expected, "1:{minor}");
        }
        assert!(!Device::Null.is_endless() && Device::Zero.is_endless());
    }
}
