//! Axes: from values to pixels, and which values have a label.

/// How an axis runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::commands::report) enum Scale {
    /// Equal steps are equal differences.
    Linear,
    /// Equal steps are equal ratios; only positive values have a place.
    Logarithmic,
}

/// An axis before it has seen its values.
#[derive(Clone, Copy, Debug)]
pub(in crate::commands::report) struct Axis<'a> {
    pub(in crate::commands::report) label: &'a str,
    scale: Scale,
    /// Writes a tick.
    write: fn(f64) -> String,
}

impl<'a> Axis<'a> {
    pub(in crate::commands::report) fn logarithmic(label: &'a str) -> Self {
        Self { label, scale: Scale::Logarithmic, write: short }
    }

    pub(in crate::commands::report) fn linear(label: &'a str) -> Self {
        Self { label, scale: Scale::Linear, write: short }
    }

    /// Writes its ticks otherwise.
    pub(in crate::commands::report) fn written(self, write: fn(f64) -> String) -> Self {
        Self { write, ..self }
    }

    /// The axis between two pixels, wide enough for all values; none if there is no value, or one without a place.
    pub(super) fn over(&self, values: &[f64], pixels: (i32, i32)) -> Option<Placed> {
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let possible = low.is_finite() && high.is_finite() && (self.scale == Scale::Linear || low > 0.0);
        possible.then(|| {
            let Self { scale, write, .. } = *self;
            let (from, to) = (scale.position(low), scale.position(high));
            let margin = ((to - from) * 0.06).max(if from == to { 0.15 } else { 0.0 });
            let mut known: Vec<f64> = values.to_vec();
            known.sort_by(f64::total_cmp);
            known.dedup();
            Placed { scale, write, known, from: from - margin, to: to + margin, pixels }
        })
    }
}

impl Scale {
    fn position(self, value: f64) -> f64 {
        match self {
            Self::Linear => value,
            Self::Logarithmic => value.log10(),
        }
    }
}

/// An axis on the paper.
#[derive(Debug)]
pub(super) struct Placed {
    scale: Scale,
    write: fn(f64) -> String,
    /// The values, ascending and each once.
    known: Vec<f64>,
    from: f64,
    to: f64,
    pixels: (i32, i32),
}

impl Placed {
    /// The pixel of a value.
    pub(super) fn place(&self, value: f64) -> i32 {
        let part = (self.scale.position(value) - self.from) / (self.to - self.from);
        let (start, end) = (f64::from(self.pixels.0), f64::from(self.pixels.1));
        (start + part * (end - start)).round() as i32
    }

    /// Labelled pixels, no two nearer than `apart`: the values themselves if they are few, else round numbers.
    pub(super) fn ticks(&self, apart: i32) -> Vec<(i32, String)> {
        let few = self.known.len() <= 7 && self.scattered(apart);
        let candidates = if few { self.known.clone() } else { self.round_numbers() };
        let mut ticks: Vec<(i32, String)> = Vec::new();
        for value in candidates {
            let at = self.place(value);
            if ticks.last().is_none_or(|(last, _)| (at - last).abs() >= apart) {
                ticks.push((at, (self.write)(value)));
            }
        }
        ticks
    }

    /// Whether every value has room for its own label.
    fn scattered(&self, apart: i32) -> bool {
        self.known.windows(2).all(|pair| (self.place(pair[0]) - self.place(pair[1])).abs() >= apart)
    }

    /// The roundest numbers of which there are at least three within the axis.
    fn round_numbers(&self) -> Vec<f64> {
        let powers = || (-12..=15).map(|power| 10_f64.powi(power));
        if self.scale == Scale::Logarithmic {
            let within = |value: &f64| (self.from..=self.to).contains(&value.log10());
            let decades = |steps: &[f64]| -> Vec<f64> {
                powers().flat_map(|power| steps.iter().map(move |step| step * power)).filter(within).collect()
            };
            let choices: [&[f64]; 3] = [&[1.0], &[1.0, 2.0, 5.0], &[1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0]];
            let enough = choices.into_iter().map(decades).find(|ticks| ticks.len() >= 3);
            return enough.unwrap_or_else(|| self.known.clone());
        }
        let widths = powers().flat_map(|power| [1.0, 2.0, 5.0].map(|step| step * power));
        let width = widths.take_while(|width| (self.to - self.from) / width >= 3.0).last().unwrap_or(1.0);
        let (first, last) = ((self.from / width).ceil() as i64, (self.to / width).floor() as i64);
        (first..=last).map(|step| step as f64 * width).collect()
    }
}

/// `1000000` as `1M`.
fn short(value: f64) -> String {
    let (scale, unit) = match value {
        v if v >= 1e9 => (1e9, "G"),
        v if v >= 1e6 => (1e6, "M"),
        v if v >= 1e3 => (1e3, "k"),
        _ => (1.0, ""),
    };
    let text = format!("{:.2}", value / scale);
    format!("{}{unit}", text.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_short() {
        let values = [0.5, 1.0, 12.0, 1000.0, 1500.0, 1e6, 3e9].map(short);
        assert_eq!(values, ["0.5", "1", "12", "1k", "1.5k", "1M", "3G"]);
    }

    #[test]
    fn few_values_are_their_own_ticks_and_many_get_round_ones() {
        let labels = |values: &[f64]| -> Vec<String> {
            let axis = Axis::logarithmic("").over(values, (0, 600)).unwrap();
            axis.ticks(40).into_iter().map(|(_, label)| label).collect()
        };
        assert_eq!(labels(&[16.0, 64.0, 256.0]), ["16", "64", "256"]);
        let many: Vec<f64> = (0..40).map(|i| 3.0 * 1.3_f64.powi(i)).collect();
        assert_eq!(labels(&many), ["10", "100", "1k", "10k", "100k"]);
        assert_eq!(labels(&[8.0]), ["8"]);
    }

    #[test]
    fn every_range_has_ticks_within() {
        for scale in [Axis::logarithmic(""), Axis::linear("")] {
            for (low, high) in [(1.0, 1.1), (0.98, 1.03), (3.0, 4.0), (1.0, 1e7), (5.0, 5.0)] {
                let values: Vec<f64> = (0..20).map(|i| low + (high - low) * f64::from(i) / 19.0).collect();
                let axis = scale.over(&values, (300, 0)).unwrap();
                let ticks = axis.ticks(20);
                assert!(!ticks.is_empty(), "{scale:?} {low} {high}");
                assert!(ticks.iter().all(|(at, _)| (0..=300).contains(at)), "{ticks:?}");
            }
        }
        assert!(Axis::logarithmic("").over(&[0.0, 1.0], (0, 1)).is_none());
    }
}
