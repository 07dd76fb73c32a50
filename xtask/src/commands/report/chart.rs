//! Charts as SVG whose colours are CSS variables, so that the page or the image's own style gives the theme.

use plotters::prelude::*;

use crate::figures::Figures;
use crate::stats;
use crate::table::ratio;

/// Text and axes; replaced by `var(--ink)`.
const INK: RGBColor = RGBColor(1, 1, 1);
/// Grid lines; replaced by `var(--grid)`.
const GRID: RGBColor = RGBColor(2, 2, 2);
/// Colours of series that the style sheets define, `--s0` and on; later series go round.
pub(super) const SERIES: usize = 8;

/// Series `number`; replaced by `var(--sN)`.
fn series_colour(number: usize) -> RGBColor {
    RGBColor(3, 3, (number % SERIES) as u8)
}

/// One line of a chart.
#[derive(Clone, Debug)]
pub(super) struct Series {
    pub(super) name: String,
    /// Positive, for both axes are logarithmic.
    pub(super) points: Vec<(f64, f64)>,
}

/// A chart with logarithmic axes, inline in a page; none if there is nothing to draw.
pub(super) fn lines(title: &str, [x, y]: [&str; 2], series: &[Series]) -> Option<String> {
    const SIZE: (u32, u32) = (640, 340);
    let points = || series.iter().flat_map(|series| &series.points).copied();
    let range = |of: fn((f64, f64)) -> f64| {
        let low = points().map(of).fold(f64::INFINITY, f64::min);
        let high = points().map(of).fold(0.0, f64::max);
        (low.is_finite() && low > 0.0).then_some(low / 1.3..high * 1.3)
    };
    let (across, up) = (range(|point| point.0)?, range(|point| point.1)?);
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        let mut chart = ChartBuilder::on(&root)
            .margin(8)
            .x_label_area_size(44)
            .y_label_area_size(72)
            .build_cartesian_2d(across.log_scale(), up.log_scale())
            .ok()?;
        let text = ("sans-serif", 14).into_font().color(&INK);
        chart
            .configure_mesh()
            .bold_line_style(GRID)
            .light_line_style(TRANSPARENT)
            .axis_style(INK)
            .label_style(text)
            .x_desc(x)
            .y_desc(y)
            .x_label_formatter(&|value| short(*value))
            .y_label_formatter(&|value| short(*value))
            .draw()
            .ok()?;
        for (number, Series { points, .. }) in series.iter().enumerate() {
            let style = ShapeStyle { color: series_colour(number).into(), filled: true, stroke_width: 2 };
            chart.draw_series(LineSeries::new(points.iter().copied(), style)).ok()?;
            chart.draw_series(points.iter().map(|&point| Circle::new(point, 4, style))).ok()?;
        }
        root.present().ok()?;
    }
    Some(themed(&svg, title))
}

/// The README's chart: what the best peer takes of our time, a bar a structure. None without records.
pub(super) fn summary(figures: &Figures) -> Option<String> {
    const WIDTH: i32 = 640;
    const ROW: i32 = 34;
    const LEFT: i32 = 190;
    let mean = |rows: Vec<(&crate::rows::Row, &str)>| {
        let ratios: Vec<f64> = rows.iter().filter_map(|(row, _)| row.ratio(row.best_peer()?)).collect();
        stats::geometric_mean(&ratios)
    };
    let bars: Vec<(&str, f64)> =
        figures.structures().filter_map(|(structure, rows)| Some((structure, mean(rows)?))).collect();
    let longest = bars.iter().map(|&(_, mean)| mean).fold(1.0, f64::max);
    if bars.is_empty() {
        return None;
    }
    let scale = f64::from(WIDTH - LEFT - 80) / longest;
    let height = ROW * (bars.len() as i32 + 1) + 10;
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, (WIDTH as u32, height as u32)).into_drawing_area();
        let text = ("sans-serif", 16).into_font().color(&INK);
        let title = "the best peer's time relative to ours (geometric mean; 1 = as fast)";
        root.draw_text(title, &text, (8, 8)).ok()?;
        for (number, &(structure, mean)) in bars.iter().enumerate() {
            let top = ROW * (number as i32 + 1);
            let end = LEFT + (mean * scale) as i32;
            let colour = series_colour(usize::from(mean < 1.0));
            root.draw(&Rectangle::new([(LEFT, top), (end, top + ROW - 10)], colour.filled())).ok()?;
            root.draw_text(structure, &text, (8, top + 4)).ok()?;
            root.draw_text(&ratio(mean), &text, (end + 8, top + 4)).ok()?;
        }
        let one = LEFT + scale as i32;
        root.draw(&PathElement::new([(one, ROW - 6), (one, height - 8)], INK)).ok()?;
        root.present().ok()?;
    }
    let style = format!("<style>{}</style>", super::page::THEMES);
    let svg = themed(&svg, "what the best peer takes of our time");
    let (head, body) = svg.split_once('>')?;
    Some(format!("{head}>{style}{body}\n"))
}

/// Gives the chart its label instead of a fixed size, and its colours to CSS.
fn themed(svg: &str, title: &str) -> String {
    let start = svg.find("viewBox").unwrap_or(0);
    let title = title.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    let mut text = format!("<svg role=\"img\" aria-label=\"{title}\" class=\"chart\" {}", &svg[start..]);
    let mut give = |colour: RGBColor, variable: &str| {
        let RGBColor(r, g, b) = colour;
        for property in ["fill", "stroke"] {
            let fixed = format!("{property}=\"#{r:02X}{g:02X}{b:02X}\"");
            text = text.replace(&fixed, &format!("style=\"{property}:var(--{variable})\""));
        }
    };
    give(INK, "ink");
    give(GRID, "grid");
    (0..SERIES).for_each(|number| give(series_colour(number), &format!("s{number}")));
    text
}

/// `1000000` as `1M`: labels of axes.
fn short(value: f64) -> String {
    let (scale, unit) = match value {
        v if v >= 1e9 => (1e9, "G"),
        v if v >= 1e6 => (1e6, "M"),
        v if v >= 1e3 => (1e3, "k"),
        _ => (1.0, ""),
    };
    let scaled = value / scale;
    let digits = if scaled >= 10.0 || scaled.fract() == 0.0 { 0 } else { 2 };
    format!("{scaled:.digits$}{unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_has_no_colour_of_its_own() {
        let series = |name: &str, factor: f64| Series {
            name: name.to_owned(),
            points: vec![(1e3, 10.0 * factor), (1e6, 100.0 * factor)],
        };
        let svg = lines("a \"b\" <c>", ["x", "y"], &[series("ours", 1.0), series("theirs", 2.0)]).unwrap();
        assert!(
            svg.contains("var(--s0)") && svg.contains("var(--s1)") && svg.contains("var(--ink)"),
            "{svg}"
        );
        assert!(svg.contains("aria-label=\"a &quot;b&quot; &lt;c>\""), "{svg}");
        assert!(!svg.contains("\"#0"), "{svg}");
        assert!(lines("", ["x", "y"], &[]).is_none());
    }

    #[test]
    fn labels_are_short() {
        let values = [0.5, 1.0, 12.0, 1000.0, 1500.0, 1e6, 3e9].map(short);
        assert_eq!(values, ["0.50", "1", "12", "1k", "1.50k", "1M", "3G"]);
    }
}
