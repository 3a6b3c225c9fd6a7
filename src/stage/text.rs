//! What is written beside a node, in what style, and how wide it is.

use super::figures::{Body, Figure, Kind, number, span};

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
            say(server.unknown().to_owned(), Tone::Warning, None, false);
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

/// Widths that are never less than those of common fonts, for tests and for a page without canvas.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Estimate;

impl Measure for Estimate {
    fn width(&self, text: &str, size: f64, bold: bool) -> f64 {
        let each = if bold { 0.66 } else { 0.6 };
        text.chars().count() as f64 * size * each
    }
}
