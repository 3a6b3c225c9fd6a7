//! The scene as SVG and as buttons.

use super::core::{Ghost, Target};
use super::figures::{Body, Kind};
use super::geometry::{Curve, Point, point};
use super::hull::island;
use super::labels::Label;
use super::scene::{Placed, Scene, Wire};
use super::text::Type;
use super::{part_kind, shapes, words};
use crate::markup::{self, Element, el, group, list, yes};
use crate::svg::{self, moved, px};
use simulation::view::LinkState;
use simulation::{LinkId, NodeId};
use yew::{AttrValue, NodeRef};

/// What the picture is drawn from.
pub(crate) struct Sketch<'a> {
    pub(crate) scene: &'a Scene,
    /// What is selected.
    pub(crate) chosen: Option<Target>,
    /// The node that a hand holds.
    pub(crate) held: Option<NodeId>,
    /// Whether messages are shown as counts on their links.
    pub(crate) counts: bool,
    /// The path that the frame shapes into the cluster's outline.
    pub(crate) outline: NodeRef,
    /// A part on its way.
    pub(crate) ghost: Option<&'a Ghost>,
}

/// The picture, without what moves.
pub(crate) fn picture(props: &Sketch<'_>) -> Element {
    let scene = props.scene;
    let (width, height) = (scene.view.stage.width(), scene.view.stage.height());
    let outline = scene
        .cluster
        .is_some()
        .then(|| el("path").class("stage-cluster").bind(&props.outline));
    let lans = scene
        .nodes
        .iter()
        .filter(|node| node.figure.kind == Kind::Lan);
    let lans = lans.map(|node| {
        let id = node.figure.id;
        el("path")
            .key(id.0)
            .class("stage-lan")
            .class_if(props.chosen == Some(Target::Node(id)), "stage-chosen")
            .attr("d", island(node.half.x, node.half.y, id.0))
            .attr("transform", translate(node.at))
    });
    let links = scene.wires.iter().map(|wire| link(wire, props));
    let would = props.ghost.and_then(|ghost| {
        let (at, ends) = ghost.landing.as_ref()?;
        Some(list(ends.iter().map(|end| {
            el("line")
                .class("stage-would")
                .attr("x1", px(at.x))
                .attr("y1", px(at.y))
                .attr("x2", px(end.x))
                .attr("y2", px(end.y))
        })))
    });
    let service = scene
        .cluster
        .as_ref()
        .map(|cluster| label(&cluster.label, scene.ty, "stage-service"));
    let labels = scene.nodes.iter().map(|node| {
        let member = node.figure.kind == Kind::Server;
        label(
            &node.label,
            scene.ty,
            if member { "stage-member" } else { "" },
        )
    });
    let landing = props.ghost.and_then(|ghost| {
        let (at, _) = ghost.landing.as_ref()?;
        let scale = scene.view.scale.max(0.52);
        let transform = format!("translate({:.1} {:.1}) scale({scale:.3})", at.x, at.y);
        let landing = el("g")
            .class("stage-landing")
            .class_if(ghost.carried, "stage-carried")
            .attr("transform", transform)
            .with(shapes::icon(part_kind(ghost.part)));
        Some(landing)
    });
    el("svg")
        .class("stage-picture")
        .attr("aria-hidden", "true")
        .attr("viewBox", format!("0 0 {width} {height}"))
        .attr("width", width.to_string())
        .attr("height", height.to_string())
        .with(outline)
        .each(lans)
        .with(el("g").class("stage-links").each(links))
        .with(would)
        .each(scene.nodes.iter().map(|node| shape(node, props)))
        .with(service)
        .each(labels)
        .with(landing)
}

fn translate(at: Point) -> String {
    format!("translate({:.1} {:.1})", at.x, at.y)
}

fn trace(curve: &Curve) -> String {
    let Curve { from, bend, to } = curve;
    format!(
        "M{:.1} {:.1}Q{:.1} {:.1} {:.1} {:.1}",
        from.x, from.y, bend.x, bend.y, to.x, to.y
    )
}

fn link(wire: &Wire, props: &Sketch<'_>) -> Element {
    let [there, back] = wire.figure.traffic;
    let busy = f64::from(there + back);
    let scale = props.scene.view.scale.max(0.6);
    // Steps of a quarter pixel, so that a width does not flicker with every message.
    let width = (((1.5 + (busy * 0.12).min(1.5)) * scale * 4.0).round() / 4.0).max(1.0);
    let chosen = props.chosen == Some(Target::Link(wire.figure.id));
    let carries = props.counts && there + back > 0;
    let middle = wire.curve.at(0.5);
    let heading = wire.curve.heading(0.5);
    let along = AttrValue::from(format!(
        "translate({:.1} {:.1}) rotate({:.1})",
        middle.x,
        middle.y,
        libm::atan2(heading.y, heading.x).to_degrees()
    ));
    let style = AttrValue::from(format!("stroke-width:{width}"));
    let line = |curve: &Curve| {
        el("path")
            .class("stage-link")
            .class_if(chosen, "stage-chosen")
            .class_if(carries, "stage-carries")
            .attr("style", &style)
            .attr("d", trace(curve))
    };
    let link = el("g").key(wire.figure.id.0);
    match wire.figure.state {
        LinkState::Up => link
            .with(line(&wire.curve))
            .with(carries.then(|| counts(wire, there, back))),
        LinkState::Cut => {
            let length = wire.curve.from.distance(wire.curve.to).max(1.0);
            let gap = (11.0 / length).min(0.3);
            let piece = |from, to| line(&wire.curve.piece(from, to)).class("stage-cut");
            let mark = svg::mark("stage-cut-mark", "M-7 7L-1 -7M1 7L7 -7");
            link.with(piece(0.0, 0.5 - gap))
                .with(piece(0.5 + gap, 1.0))
                .with(mark.attr("transform", along))
        }
        LinkState::Held => {
            let badge = moved(middle.x, middle.y)
                .with(svg::circle("stage-held-badge", "9"))
                .with(svg::mark("stage-held-mark", "M-2.6 -4V4M2.6 -4V4"));
            link.with(line(&wire.curve).class("stage-held")).with(badge)
        }
    }
}

/// How many messages are on a link each way, where they are not shown travelling.
fn counts(wire: &Wire, there: u32, back: u32) -> Element {
    let at = wire.curve.at(0.5);
    let way = wire.curve.to - wire.curve.from;
    let (ahead, behind) = if way.x.abs() >= way.y.abs() {
        if way.x >= 0.0 {
            ("→", "←")
        } else {
            ("←", "→")
        }
    } else if way.y >= 0.0 {
        ("↓", "↑")
    } else {
        ("↑", "↓")
    };
    let words = format!("{there}{ahead} {back}{behind}");
    svg::text("stage-traffic", at.x, at.y + 4.0, words)
}

fn shape(node: &Placed, props: &Sketch<'_>) -> Element {
    let scale = props.scene.view.scale;
    let figure = &node.figure;
    let id = figure.id;
    let chosen = props.chosen == Some(Target::Node(id));
    let held = props.held == Some(id);
    let shape = moved(node.at.x, node.at.y)
        .key(id.0)
        .class("stage-node")
        .class_if(held, "stage-lifted");
    let dead = figure.dead.is_some();
    let corner = point(node.half.x * 0.78, -node.half.y * 0.78);
    if let Body::Lan { clients, .. } = figure.body {
        let shown = node.screens.len() as u32;
        let more = clients.saturating_sub(shown);
        let designed: Vec<Point> = node.screens.iter().map(|&at| at * (1.0 / scale)).collect();
        let more = node
            .beyond
            .map(|at| svg::text("stage-more", at.x, at.y + 4.0, format!("+{more}")));
        return shape
            .with(scaled(scale).with(shapes::screens(&designed)))
            .with(more)
            .with(dead.then(|| shapes::cross(corner)));
    }
    let halo = chosen.then(|| {
        let radius = node.half.x.max(node.half.y) + 5.0;
        el("circle").class("stage-halo").attr("r", px(radius))
    });
    let itself = match (figure.kind, figure.body, dead) {
        (_, Body::Server(_), true) => shapes::dead(),
        (_, Body::Server(server), false) => shapes::server(server),
        (Kind::Balancer, ..) => shapes::balancer(),
        (Kind::Isp, ..) => shapes::isp(),
        _ => shapes::router(),
    };
    let badge = match figure.body {
        Body::Server(server) if server.out() => Some(shapes::shield(corner)),
        Body::Server(server) => (dead && server.trusted()).then(|| shapes::unknown(corner)),
        _ => dead.then(|| shapes::cross(corner)),
    };
    shape
        .with(halo)
        .with(scaled(scale.max(0.52)).with(itself))
        .with(badge)
}

fn scaled(scale: f64) -> Element {
    el("g").attr("transform", format!("scale({scale:.3})"))
}

fn label(label: &Label, ty: Type, class: &'static str) -> Element {
    let (x, anchor) = match label.align {
        -1 => (label.area.left + 1.0, "start"),
        1 => (label.area.right - 1.0, "end"),
        _ => (label.area.centre().x, "middle"),
    };
    let mut y = label.area.top;
    el("g")
        .class("stage-label")
        .class(class)
        .attr("text-anchor", anchor)
        .each(label.lines.iter().map(|line| {
            let height = ty.line(line.tone);
            y += height;
            svg::text(line.tone.class(), x, y - height * 0.27, &line.text)
                .attr("style", format!("font-size:{}px", ty.size(line.tone)))
        }))
}

/// The buttons over the shapes: what can be focused, grabbed and read aloud.
///
/// Tab comes to one node and one link; the arrow keys go from there.
pub(crate) fn buttons(
    scene: &Scene,
    stops: (Option<NodeId>, Option<LinkId>),
    chosen: Option<Target>,
) -> Element {
    let first_node = || scene.nodes.first().map(|node| node.figure.id);
    let first_link = || scene.wires.first().map(|wire| wire.figure.id);
    let node_stop = stops
        .0
        .filter(|&id| scene.node(id).is_some())
        .or_else(first_node);
    let link_stop = stops
        .1
        .filter(|&id| scene.wire(id).is_some())
        .or_else(first_link);
    let nodes = scene.nodes.iter().map(|node| {
        let target = Target::Node(node.figure.id);
        let width = (2.0 * node.half.x).max(44.0);
        let height = (2.0 * node.half.y).max(44.0);
        button(
            target,
            node.at,
            (width, height),
            2.0 * node.half.x - width,
            words::node(&node.figure),
            node_stop == Some(node.figure.id),
            chosen == Some(target),
            node.figure.kind,
        )
    });
    let wires = scene.wires.iter().map(|wire| {
        let target = Target::Link(wire.figure.id);
        let [one, two] = wire.ends.map(|end| scene.nodes[end].figure.name.as_str());
        button(
            target,
            wire.curve.at(0.5),
            (28.0, 28.0),
            -6.0,
            words::link(one, two, wire.figure.state),
            link_stop == Some(wire.figure.id),
            chosen == Some(target),
            Kind::Router,
        )
    });
    let together = |name| {
        el("div")
            .class("stage-buttons")
            .attr("role", "group")
            .attr("aria-label", name)
    };
    let links = (!scene.wires.is_empty())
        .then(|| together("Links").class("stage-link-buttons").each(wires));
    group().with(together("Nodes").each(nodes)).with(links)
}

#[expect(
    clippy::too_many_arguments,
    reason = "each is one thing of the picture, and they go together nowhere else"
)]
fn button(
    target: Target,
    at: Point,
    (width, height): (f64, f64),
    // How much wider the shape is than its button: the ring goes around the shape.
    room: f64,
    name: String,
    stop: bool,
    chosen: bool,
    kind: Kind,
) -> Element {
    let (attribute, number) = match target {
        Target::Node(id) => ("node", id.0),
        Target::Link(id) => ("link", id.0),
    };
    let style = format!(
        "left:{:.1}px;top:{:.1}px;width:{width:.1}px;height:{height:.1}px;--ring:{:.1}px",
        at.x - width / 2.0,
        at.y - height / 2.0,
        3.0 + room / 2.0,
    );
    markup::button("stage-button")
        .key(number)
        .class_if(kind != Kind::Lan, "stage-round")
        .attr("style", style)
        .attr("data-target", attribute)
        .attr("data-id", number.to_string())
        .attr("tabindex", if stop { "0" } else { "-1" })
        .attr("aria-label", name)
        .attr("aria-pressed", yes(chosen))
}
