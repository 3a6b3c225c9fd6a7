//! What is written beside a node, and on which of its sides.
//!
//! Each label has four sides to choose from. It takes the cheapest, where covering a shape, another
//! label or the edge costs much and crossing a link a little; ties go to the side asked for first.
//! A label that finds no room gives up its details, then shows its name at the least bad side.

use super::figures::{Body, Figure, Kind, number, span};
use super::geometry::{Point, Rect, point};

/// The styles of text on the stage, which are CSS classes too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// The name.
    Name,
    /// The name of what only passes messages on.
    Quiet,
    /// A detail.
    Detail,
    /// The name of what is dead.
    Failed,
    /// What is dangerous to overlook.
    Warning,
}

impl Tone {
    /// The CSS class.
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Name => "stage-name",
            Self::Quiet => "stage-quiet",
            Self::Detail => "stage-detail",
            Self::Failed => "stage-name stage-failed",
            Self::Warning => "stage-detail stage-warning",
        }
    }

    /// Whether it is set in bold.
    pub(crate) const fn bold(self) -> bool {
        matches!(self, Self::Name | Self::Failed)
    }
}

/// The width of a text in CSS pixels at a size.
pub(crate) trait Measure {
    fn width(&self, text: &str, size: f64, bold: bool) -> f64;
}

/// Font sizes by the scale of the stage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Type {
    pub(crate) name: f64,
    pub(crate) detail: f64,
    /// Whether there is room for details that are good to know rather than urgent.
    pub(crate) details: bool,
}

impl Type {
    pub(crate) fn at(scale: f64) -> Self {
        if scale < 0.72 {
            Self {
                name: 11.0,
                detail: 10.5,
                details: false,
            }
        } else {
            let more = (scale - 0.72).min(0.4);
            Self {
                name: 11.5 + 4.0 * more,
                detail: 10.5 + 3.0 * more,
                details: true,
            }
        }
    }

    pub(crate) fn size(&self, tone: Tone) -> f64 {
        match tone {
            Tone::Name | Tone::Failed => self.name,
            _ => self.detail,
        }
    }

    /// The height of a line.
    pub(crate) fn line(&self, tone: Tone) -> f64 {
        (self.size(tone) * 1.28).ceil()
    }
}

/// A line of a label.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) tone: Tone,
    /// The widest that the text gets, so that a label keeps its side while its numbers change.
    pub(crate) widest: Option<&'static str>,
    /// Whether it is said even where there is little room.
    pub(crate) urgent: bool,
}

/// Where a label stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Label {
    pub(crate) lines: Vec<Line>,
    pub(crate) area: Rect,
    /// Where its lines are aligned: -1 at its left edge, 0 in the middle, 1 at its right edge.
    pub(crate) align: i8,
}

/// What is to be written beside a figure.
pub(crate) fn lines(figure: &Figure) -> Vec<Line> {
    let dead = figure.dead.map(|(_, gone)| gone);
    let tone = match figure.kind {
        _ if dead.is_some() => Tone::Failed,
        Kind::Router => Tone::Quiet,
        _ => Tone::Name,
    };
    let mut lines = vec![Line {
        text: short(&figure.name),
        tone,
        widest: None,
        urgent: true,
    }];
    let mut say = |text: String, tone, widest, urgent| {
        lines.push(Line {
            text,
            tone,
            widest,
            urgent,
        })
    };
    if let Some(gone) = dead {
        say(
            format!("down for {}", span(gone)),
            Tone::Detail,
            Some("down for 00.0 s"),
            true,
        );
        if let Body::Server(server) = figure.body
            && server.trusted()
        {
            say(
                "balancer does not know yet".to_owned(),
                Tone::Warning,
                None,
                false,
            );
        }
        return lines;
    }
    match figure.body {
        Body::Plain => {}
        Body::Lan { clients, rate } => {
            let what = if clients == 1 { "client" } else { "clients" };
            let load = rate.map_or_else(
                || "closed loop".to_owned(),
                |rate| format!("{} calls/s", number(rate)),
            );
            say(
                format!("{clients} {what} · {load}"),
                Tone::Detail,
                None,
                false,
            );
        }
        Body::Balancer { policy } => say(policy.to_owned(), Tone::Detail, None, false),
        Body::Server(server) => {
            let load = format!(
                "{} queued · {:.0} %",
                server.queued,
                server.utilisation * 100.0
            );
            say(load, Tone::Detail, Some("00 queued · 100 %"), false);
            let slow = (server.speed - 1.0).abs() > 1e-9;
            let mut tags = Vec::new();
            if slow {
                tags.push(format!("{}× speed", number(server.speed)));
            }
            if server.draining {
                tags.push("draining".to_owned());
            }
            if server.out() {
                tags.push("balancer keeps it out".to_owned());
            }
            if !tags.is_empty() {
                say(
                    tags.join(" · "),
                    Tone::Warning,
                    None,
                    slow && tags.len() == 1,
                );
            }
        }
    }
    lines
}

/// A name without what would make its label wider than a few shapes.
fn short(name: &str) -> String {
    const MOST: usize = 20;
    if name.chars().count() <= MOST {
        return name.to_owned();
    }
    let mut short: String = name.chars().take(MOST - 1).collect();
    short.push('…');
    short
}

/// What labels keep clear of.
pub(crate) struct Ground<'a> {
    /// Where labels may be.
    pub(crate) bounds: Rect,
    /// The shapes.
    pub(crate) shapes: &'a [Rect],
    /// Points along the links.
    pub(crate) links: &'a [Point],
    /// Labels that stand already.
    pub(crate) labels: Vec<Rect>,
}

/// What a label that touches another costs, however little they share.
const TOUCHED: f64 = 40.0;

impl Ground<'_> {
    pub(crate) fn cost(&self, area: Rect, own: usize) -> f64 {
        let padded = area.grown(1.0);
        let outside = area.width() * area.height() - area.overlap(&self.bounds);
        let mut cost = outside * 8.0;
        for (index, shape) in self.shapes.iter().enumerate() {
            let shared = padded.overlap(shape);
            if index == own {
                cost += shared;
            } else if shared > 0.0 {
                // The corner of the box around a round shape is empty.
                cost += shared * 4.0 + TOUCHED * (shared / 40.0).min(1.0);
            }
        }
        for label in &self.labels {
            let shared = padded.overlap(label);
            // Even a sliver is worse than another side.
            cost += shared * 6.0 + if shared > 0.0 { TOUCHED } else { 0.0 };
        }
        let crossed = self.links.iter().filter(|&&at| area.contains(at)).count();
        cost + crossed as f64 * 9.0
    }
}

/// The sides of a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Below,
    Right,
    Left,
    Above,
}

impl Side {
    /// The side that a kind's label asks for first: where the fewest links are.
    pub(crate) const fn of(kind: Kind, flows_down: bool) -> Self {
        match (kind, flows_down) {
            (Kind::Lan, true) => Self::Above,
            (Kind::Router | Kind::Isp | Kind::Balancer, true) => Self::Right,
            _ => Self::Below,
        }
    }
}

/// Finds room for a label beside a shape, and marks it taken.
pub(crate) fn settle(
    ground: &mut Ground<'_>,
    own: usize,
    first: Side,
    lines: Vec<Line>,
    ty: Type,
    measure: &dyn Measure,
) -> Label {
    let urgent: Vec<Line> = lines.iter().filter(|line| line.urgent).cloned().collect();
    let name: Vec<Line> = lines.iter().take(1).cloned().collect();
    let tries = if ty.details {
        vec![lines, urgent, name]
    } else {
        vec![urgent, name]
    };
    let mut best: Option<(f64, Label)> = None;
    for lines in tries {
        let (cost, label) = cheapest(ground, own, first, lines, ty, measure);
        // What covers nothing is taken at once: crossing a link or two is no reason to say less.
        let good = cost < 80.0;
        if best.as_ref().is_none_or(|(least, _)| cost + 40.0 < *least) {
            best = Some((cost, label));
        }
        if good {
            break;
        }
    }
    let label = best.map_or_else(
        || Label {
            lines: Vec::new(),
            area: Rect::default(),
            align: 0,
        },
        |(_, label)| label,
    );
    ground.labels.push(label.area);
    label
}

fn cheapest(
    ground: &Ground<'_>,
    own: usize,
    first: Side,
    lines: Vec<Line>,
    ty: Type,
    measure: &dyn Measure,
) -> (f64, Label) {
    let width = lines
        .iter()
        .map(|line| {
            let size = ty.size(line.tone);
            let now = measure.width(&line.text, size, line.tone.bold());
            let most = line
                .widest
                .map_or(0.0, |text| measure.width(text, size, line.tone.bold()));
            now.max(most)
        })
        .fold(0.0, f64::max)
        + 2.0;
    let height: f64 = lines.iter().map(|line| ty.line(line.tone)).sum();
    let shape = ground.shapes[own];
    let centre = shape.centre();
    let gap = 4.0;
    let below = Rect::around(
        point(centre.x, shape.bottom + gap + height / 2.0),
        width / 2.0,
        height / 2.0,
    );
    let above = Rect::around(
        point(centre.x, shape.top - gap - height / 2.0),
        width / 2.0,
        height / 2.0,
    );
    let right = Rect::around(
        point(shape.right + gap + 2.0 + width / 2.0, centre.y),
        width / 2.0,
        height / 2.0,
    );
    let left = Rect::around(
        point(shape.left - gap - 2.0 - width / 2.0, centre.y),
        width / 2.0,
        height / 2.0,
    );
    // Beside a link that leaves the shape there, a label steps aside rather than to another side.
    let aside = |area: Rect, by: f64| Rect {
        left: area.left + by,
        right: area.right + by,
        ..area
    };
    let step = width * 0.36;
    let sides = [
        (Side::Below, below, 0, 0.0),
        (Side::Below, aside(below, -step), 0, 11.0),
        (Side::Below, aside(below, step), 0, 11.0),
        (Side::Right, right, -1, 0.0),
        (Side::Left, left, 1, 2.0),
        (Side::Above, above, 0, 4.0),
        (Side::Above, aside(above, -step), 0, 15.0),
        (Side::Above, aside(above, step), 0, 15.0),
    ];
    let mut best = (f64::INFINITY, below, 0_i8);
    for (side, area, align, dislike) in sides {
        let dislike = dislike + if side == first { 0.0 } else { 14.0 };
        // Near an edge a label moves along its side rather than to another one.
        let area = area.pushed_inside(&ground.bounds);
        let cost = ground.cost(area, own) + dislike;
        if cost < best.0 {
            best = (cost, area, align);
        }
    }
    (
        best.0,
        Label {
            lines,
            area: best.1,
            align: best.2,
        },
    )
}

/// Widths that are never less than those of common fonts, for tests and for a page without canvas.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Estimate;

impl Measure for Estimate {
    fn width(&self, text: &str, size: f64, bold: bool) -> f64 {
        let each = if bold { 0.66 } else { 0.6 };
        text.chars().count() as f64 * size * each
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Vec<Line> {
        vec![Line {
            text: text.to_owned(),
            tone: Tone::Name,
            widest: None,
            urgent: true,
        }]
    }

    #[test]
    fn a_label_goes_below_when_there_is_room() {
        let shapes = [Rect::around(point(100.0, 100.0), 20.0, 20.0)];
        let mut ground = Ground {
            bounds: Rect::sized(200.0, 200.0),
            shapes: &shapes,
            links: &[],
            labels: vec![],
        };
        let label = settle(
            &mut ground,
            0,
            Side::Below,
            name("server-1"),
            Type::at(1.0),
            &Estimate,
        );
        assert!(label.area.top > 120.0);
        assert_eq!(label.align, 0);
    }

    #[test]
    fn a_label_goes_beside_when_another_shape_is_below() {
        let shapes = [
            Rect::around(point(100.0, 100.0), 20.0, 20.0),
            Rect::around(point(100.0, 140.0), 20.0, 20.0),
        ];
        let mut ground = Ground {
            bounds: Rect::sized(300.0, 300.0),
            shapes: &shapes,
            links: &[],
            labels: vec![],
        };
        let label = settle(
            &mut ground,
            0,
            Side::Below,
            name("server-1"),
            Type::at(1.0),
            &Estimate,
        );
        assert_eq!(label.area.overlap(&shapes[1]), 0.0);
        assert_eq!(label.align, -1);
    }

    #[test]
    fn a_label_is_never_cut_off_at_the_edge() {
        let shapes = [Rect::around(point(12.0, 100.0), 10.0, 10.0)];
        let bounds = Rect::sized(200.0, 200.0);
        let mut ground = Ground {
            bounds,
            shapes: &shapes,
            links: &[],
            labels: vec![],
        };
        let label = settle(
            &mut ground,
            0,
            Side::Below,
            name("a-long-name-indeed"),
            Type::at(1.0),
            &Estimate,
        );
        assert!(label.area.left >= 0.0 && label.area.right <= 200.0);
    }

    #[test]
    fn numbers_that_grow_do_not_move_a_label() {
        let shapes = [Rect::around(point(100.0, 100.0), 20.0, 20.0)];
        let place = |text: &str| {
            let mut ground = Ground {
                bounds: Rect::sized(400.0, 400.0),
                shapes: &shapes,
                links: &[],
                labels: vec![],
            };
            let line = Line {
                text: text.to_owned(),
                tone: Tone::Detail,
                widest: Some("00 queued · 100 %"),
                urgent: true,
            };
            settle(
                &mut ground,
                0,
                Side::Below,
                vec![line],
                Type::at(1.0),
                &Estimate,
            )
            .area
        };
        assert_eq!(place("0 queued · 3 %"), place("12 queued · 97 %"));
    }
}
