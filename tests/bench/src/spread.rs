//! Figures of several runs, and percentiles within one.

use std::fmt;
use std::time::Duration;

/// The same figure of several runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Runs(Vec<f64>);

impl Runs {
    pub(crate) fn add(&mut self, figure: f64) {
        let at = self.0.partition_point(|other| *other < figure);
        self.0.insert(at, figure);
    }

    pub(crate) fn least(&self) -> f64 {
        self.0.first().copied().unwrap_or(f64::NAN)
    }

    pub(crate) fn most(&self) -> f64 {
        self.0.last().copied().unwrap_or(f64::NAN)
    }

    /// The middle one, or the mean of the two in the middle.
    pub(crate) fn median(&self) -> f64 {
        let (below, above) = (self.0.len().saturating_sub(1) / 2, self.0.len() / 2);
        match (self.0.get(below), self.0.get(above)) {
            (Some(below), Some(above)) => below.midpoint(*above),
            _ => f64::NAN,
        }
    }
}

impl FromIterator<f64> for Runs {
    fn from_iter<I: IntoIterator<Item = f64>>(figures: I) -> Self {
        let mut runs = Self::default();
        figures.into_iter().for_each(|figure| runs.add(figure));
        runs
    }
}

/// "median (least to most)", with as many decimals as are asked for.
impl fmt::Display for Runs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(0);
        let [median, least, most] = [self.median(), self.least(), self.most()];
        write!(f, "{median:.decimals$} ({least:.decimals$} to {most:.decimals$})")
    }
}

/// Times of one run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Latencies(Vec<Duration>);

impl Latencies {
    pub(crate) fn new(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    /// Milliseconds that `share` of all stay below (nearest rank).
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a rank among some thousands"
    )]
    pub(crate) fn at(&self, share: f64) -> f64 {
        let rank = (self.0.len() as f64 * share).ceil() as usize;
        self.0.get(rank.max(1) - 1).map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_several_runs() {
        let runs: Runs = [3.0, 1.0, 2.0].into_iter().collect();
        assert_eq!(format!("{runs:.1}"), "2.0 (1.0 to 3.0)");
        let runs: Runs = [4.0, 1.0].into_iter().collect();
        assert_eq!(format!("{runs}"), "2 (1 to 4)");
    }

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let times = Latencies::new((1..=200).rev().map(Duration::from_millis).collect());
        assert_eq!((times.at(0.5), times.at(0.99), times.at(1.0)), (100.0, 198.0, 200.0));
        assert!(Latencies::default().at(0.5).is_nan());
    }
}
