//! Times: whole Unix seconds on the wire, milliseconds inside.

use serde::{Deserialize, Serialize};

/// Seconds since 1970-01-01T00:00:00Z, as every message carries them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seconds(pub u64);

impl Seconds {
    /// The first millisecond of this second.
    pub const fn millis(self) -> Millis {
        Millis(self.0.saturating_mul(1000))
    }

    /// The distance to `other` in seconds, whichever comes first.
    pub const fn distance(self, other: Self) -> u64 {
        self.0.abs_diff(other.0)
    }
}

/// Milliseconds since 1970-01-01T00:00:00Z: how both ends count time before it is written on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Millis(pub u64);

impl Millis {
    /// The second that this moment lies in.
    pub const fn seconds(self) -> Seconds {
        Seconds(self.0 / 1000)
    }

    /// `seconds` later.
    pub const fn plus_seconds(self, seconds: u64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1000)))
    }

    /// `seconds` earlier.
    pub const fn minus_seconds(self, seconds: u64) -> Self {
        Self(self.0.saturating_sub(seconds.saturating_mul(1000)))
    }

    /// Milliseconds from `earlier` to here; 0 when `earlier` is later.
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_has_a_thousand_milliseconds() {
        let moment = Millis(1_700_000_000_999);
        assert_eq!(moment.seconds(), Seconds(1_700_000_000));
        assert_eq!(moment.seconds().millis(), Millis(1_700_000_000_000));
        assert_eq!(moment.plus_seconds(2).since(moment), 2000);
        assert_eq!(moment.minus_seconds(2).since(moment), 0);
        assert_eq!(Millis::default().minus_seconds(1), Millis(0));
    }
}
