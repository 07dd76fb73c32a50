//! Charts as SVG whose colours are CSS variables, so that the page or the image's own style gives the theme.

mod axis;
mod bars;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

pub(super) use axis::Axis;
pub(super) use bars::{amounts, bars};

/// Text and axes; replaced by `var(--ink)`.
const INK: RGBColor = RGBColor(1, 1, 1);
/// Grid lines; replaced by `var(--grid)`.
const GRID: RGBColor = RGBColor(2, 2, 2);
/// Colours of series that the style sheets define, `--s0` and on; later series go round.
pub(super) const SERIES: usize = 12;
/// Height of letters: still read where a phone shows the chart at two thirds of its size.
const FONT: u32 = 17;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Series `number`; replaced by `var(--sN)`.
fn series_colour(number: usize) -> RGBColor {
    RGBColor(3, 3, (number % SERIES) as u8)
}

/// One line of a chart.
#[derive(Clone, Debug)]
pub(super) struct Series {
    pub(super) name: String,
    pub(super) points: Vec<(f64, f64)>,
}

/// What [`lines`] draws on.
const SIZE: (u32, u32) = (560, 330);

/// Lines with a dot at every point; none if there is nothing to draw.
pub(super) fn lines(title: &str, [x, y]: [Axis<'_>; 2], series: &[Series]) -> Option<String> {
    // Where the plot is.
    const LEFT: i32 = 72;
    const RIGHT: i32 = 545;
    const TOP: i32 = 30;
    const BOTTOM: i32 = 272;
    let values =
        |of: fn(&(f64, f64)) -> f64| series.iter().flat_map(|s| &s.points).map(of).collect::<Vec<_>>();
    let (across, up) = (x.over(&values(|p| p.0), (LEFT, RIGHT))?, y.over(&values(|p| p.1), (BOTTOM, TOP))?);
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        text(&root, x.label, ((LEFT + RIGHT) / 2, SIZE.1 as i32 - 8), (HPos::Center, VPos::Bottom))?;
        text(&root, y.label, (4, 4), (HPos::Left, VPos::Top))?;
        for (at, label) in across.ticks(64) {
            line(&root, [(at, TOP), (at, BOTTOM)], GRID)?;
            text(&root, &label, (at, BOTTOM + 8), (HPos::Center, VPos::Top))?;
        }
        for (at, label) in up.ticks(26) {
            line(&root, [(LEFT, at), (RIGHT, at)], GRID)?;
            text(&root, &label, (LEFT - 8, at), (HPos::Right, VPos::Center))?;
        }
        line(&root, [(LEFT, BOTTOM), (RIGHT, BOTTOM)], INK)?;
        line(&root, [(LEFT, TOP), (LEFT, BOTTOM)], INK)?;
        // The first series is ours: drawn last, it lies above the others.
        for (number, Series { points, .. }) in series.iter().enumerate().rev() {
            let style = ShapeStyle { color: series_colour(number).into(), filled: true, stroke_width: 2 };
            let places: Vec<(i32, i32)> =
                points.iter().map(|&(x, y)| (across.place(x), up.place(y))).collect();
            places.iter().try_for_each(|&place| root.draw(&Circle::new(place, 4, style))).ok()?;
            root.draw(&PathElement::new(places, style)).ok()?;
        }
        root.present().ok()?;
    }
    Some(themed(&svg, title))
}

fn line(area: &Area<'_>, ends: [(i32, i32); 2], colour: RGBColor) -> Option<()> {
    area.draw(&PathElement::new(ends, colour)).ok()
}

fn text(area: &Area<'_>, text: &str, at: (i32, i32), (across, up): (HPos, VPos)) -> Option<()> {
    let style = ("sans-serif", FONT).into_font().color(&INK).pos(Pos::new(across, up));
    area.draw_text(text, &style, at).ok()
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

/// The chart of these lines with their names below it, for where no page tells them.
pub(super) fn with_keys(svg: &str, series: &[Series]) -> String {
    const ROW: u32 = 24;
    let rows = series.len() as u32;
    let view = |height: u32| format!("viewBox=\"0 0 {} {height}\"", SIZE.0);
    let mut text = svg.replace(&view(SIZE.1), &view(SIZE.1 + ROW * rows + 8));
    let mut keys = String::new();
    for (number, Series { name, .. }) in series.iter().enumerate() {
        let middle = SIZE.1 + ROW * number as u32 + ROW / 2;
        let colour = number % SERIES;
        keys += &format!(
            "<circle cx=\"80\" cy=\"{middle}\" r=\"6\" style=\"fill:var(--s{colour})\"/>\n\
             <text x=\"96\" y=\"{middle}\" dy=\"0.35em\" font-family=\"sans-serif\" font-size=\"{FONT}\" \
             style=\"fill:var(--ink)\">{name}</text>\n"
        );
    }
    let end = text.rfind("</svg>").unwrap_or(text.len());
    text.insert_str(end, &keys);
    text
}

/// The chart as a file of its own, which brings the colours along.
pub(super) fn standalone(svg: &str) -> String {
    let (head, body) = svg.split_once('>').unwrap_or((svg, ""));
    format!("{head}><style>{}</style>{body}\n", super::page::THEMES)
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
        let axes = || [Axis::logarithmic("entries"), Axis::logarithmic("ns")];
        let svg = lines("a \"b\" <c>", axes(), &[series("ours", 1.0), series("theirs", 2.0)]).unwrap();
        assert!(
            svg.contains("var(--s0)") && svg.contains("var(--s1)") && svg.contains("var(--ink)"),
            "{svg}"
        );
        assert!(svg.contains("aria-label=\"a &quot;b&quot; &lt;c>\""), "{svg}");
        assert!(!svg.contains("\"#0"), "{svg}");
        assert!(lines("", axes(), &[]).is_none());
        let keyed = with_keys(&svg, &[series("ours", 1.0), series("theirs", 2.0)]);
        assert!(keyed.contains(">theirs</text>") && keyed.contains("viewBox=\"0 0 560 386\""), "{keyed}");
        assert!(standalone(&svg).contains("prefers-color-scheme:dark"));
    }
}
