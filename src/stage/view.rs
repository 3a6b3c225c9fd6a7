//! The scene as SVG and as buttons.

use super::cluster::Cluster;
use super::core::{Ghost, Target};
use super::figures::{Body, Kind};
use super::geometry::{Curve, Point, point};
use super::hull::island;
use super::labels::Label;
use super::scene::{Placed, Scene, Wire};
use super::text::Type;
use super::{part_kind, shapes, words};
use crate::svg::{self, px};
use simulation::view::LinkState;
use simulation::{LinkId, NodeId};
use yew::{AttrValue, Html, NodeRef, classes, html};

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
pub(crate) fn picture(props: &Sketch<'_>) -> Html {
    let scene = props.scene;
    let (width, height) = (scene.view.stage.width(), scene.view.stage.height());
    html! {
        <svg class="stage-picture" aria-hidden="true" viewBox={format!("0 0 {width} {height}")}
            width={width.to_string()} height={height.to_string()}>
            if let Some(cluster) = &scene.cluster {
                { hull(cluster, props.outline.clone()) }
            }
            { for scene.nodes.iter().filter(|node| node.figure.kind == Kind::Lan).map(|node| {
                let island = island(node.half.x, node.half.y, node.figure.id.0);
                let transform = AttrValue::from(format!("translate({:.1} {:.1})", node.at.x, node.at.y));
                let chosen = (props.chosen == Some(Target::Node(node.figure.id))).then_some("stage-chosen");
                html! {
                    <path key={node.figure.id.0} class={classes!("stage-lan", chosen)} d={island} {transform} />
                }
            }) }
            <g class="stage-links">
                { for scene.wires.iter().map(|wire| link(wire, props)) }
            </g>
            if let Some(Ghost { landing: Some((at, ends)), .. }) = props.ghost {
                { for ends.iter().map(|end| html! {
                    <line class="stage-would" x1={px(at.x)} y1={px(at.y)} x2={px(end.x)} y2={px(end.y)} />
                }) }
            }
            { for scene.nodes.iter().map(|node| shape(node, props)) }
            if let Some(cluster) = &scene.cluster {
                { label(&cluster.label, scene.ty, "stage-label stage-service") }
            }
            { for scene.nodes.iter().map(|node| {
                let member = node.figure.kind == Kind::Server;
                label(&node.label, scene.ty, if member { "stage-label stage-member" } else { "stage-label" })
            }) }
            if let Some(Ghost { part, landing: Some((at, _)), carried, .. }) = props.ghost {
                <g class={classes!("stage-landing", carried.then_some("stage-carried"))}
                    transform={format!("translate({:.1} {:.1}) scale({:.3})", at.x, at.y, scene.view.scale.max(0.52))}>
                    { shapes::icon(part_kind(*part)) }
                </g>
            }
        </svg>
    }
}

fn hull(_: &Cluster, path: NodeRef) -> Html {
    html! { <path class="stage-cluster" ref={path} /> }
}

fn trace(curve: &Curve) -> String {
    let Curve { from, bend, to } = curve;
    format!(
        "M{:.1} {:.1}Q{:.1} {:.1} {:.1} {:.1}",
        from.x, from.y, bend.x, bend.y, to.x, to.y
    )
}

fn link(wire: &Wire, props: &Sketch<'_>) -> Html {
    let [there, back] = wire.figure.traffic;
    let busy = f64::from(there + back);
    let scale = props.scene.view.scale.max(0.6);
    // Steps of a quarter pixel, so that a width does not flicker with every message.
    let width = (((1.5 + (busy * 0.12).min(1.5)) * scale * 4.0).round() / 4.0).max(1.0);
    let chosen = (props.chosen == Some(Target::Link(wire.figure.id))).then_some("stage-chosen");
    let carries = (props.counts && there + back > 0).then_some("stage-carries");
    let middle = wire.curve.at(0.5);
    let heading = wire.curve.heading(0.5);
    let along = AttrValue::from(format!(
        "translate({:.1} {:.1}) rotate({:.1})",
        middle.x,
        middle.y,
        libm::atan2(heading.y, heading.x).to_degrees()
    ));
    let style = AttrValue::from(format!("stroke-width:{width}"));
    let class = classes!("stage-link", chosen, carries);
    let key = wire.figure.id.0;
    match wire.figure.state {
        LinkState::Up => html! {
            <g {key}>
                <path {class} {style} d={trace(&wire.curve)} />
                if carries.is_some() { { counts(wire, there, back) } }
            </g>
        },
        LinkState::Cut => {
            let length = wire.curve.from.distance(wire.curve.to).max(1.0);
            let gap = (11.0 / length).min(0.3);
            html! {
                <g {key}>
                    <path class={classes!(class.clone(), "stage-cut")} style={style.clone()} d={trace(&wire.curve.piece(0.0, 0.5 - gap))} />
                    <path class={classes!(class, "stage-cut")} {style} d={trace(&wire.curve.piece(0.5 + gap, 1.0))} />
                    <path class="stage-cut-mark" transform={along} d="M-7 7L-1 -7M1 7L7 -7" />
                </g>
            }
        }
        LinkState::Held => html! {
            <g {key}>
                <path class={classes!(class, "stage-held")} {style} d={trace(&wire.curve)} />
                <g transform={format!("translate({:.1} {:.1})", middle.x, middle.y)}>
                    { svg::circle("stage-held-badge", "9") }
                    { svg::mark("stage-held-mark", "M-2.6 -4V4M2.6 -4V4") }
                </g>
            </g>
        },
    }
}

/// How many messages are on a link each way, where they are not shown travelling.
fn counts(wire: &Wire, there: u32, back: u32) -> Html {
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
    svg::text("stage-traffic", at.x, at.y + 4.0, words.into())
}

fn shape(node: &Placed, props: &Sketch<'_>) -> Html {
    let scale = props.scene.view.scale;
    let figure = &node.figure;
    let id = figure.id;
    let chosen = props.chosen == Some(Target::Node(id));
    let held = props.held == Some(id);
    let class = classes!("stage-node", held.then_some("stage-lifted"));
    let transform = AttrValue::from(format!("translate({:.1} {:.1})", node.at.x, node.at.y));
    let key = id.0;
    let dead = figure.dead.is_some();
    let corner = point(node.half.x * 0.78, -node.half.y * 0.78);
    if let Body::Lan { clients, .. } = figure.body {
        let shown = node.screens.len() as u32;
        let more = clients.saturating_sub(shown);
        let designed: Vec<Point> = node.screens.iter().map(|&at| at * (1.0 / scale)).collect();
        return html! {
            <g {key} {class} {transform}>
                <g transform={format!("scale({scale:.3})")}>{ shapes::screens(&designed) }</g>
                if let Some(at) = node.beyond {
                    { svg::text("stage-more", at.x, at.y + 4.0, format!("+{more}").into()) }
                }
                if dead { { shapes::cross(corner) } }
            </g>
        };
    }
    let size = format!("scale({:.3})", scale.max(0.52));
    html! {
        <g {key} {class} {transform}>
            if chosen {
                <circle class="stage-halo" r={px(node.half.x.max(node.half.y) + 5.0)} />
            }
            <g transform={size}>
                { match (figure.kind, figure.body, dead) {
                    (_, Body::Server(_), true) => shapes::dead(),
                    (_, Body::Server(server), false) => shapes::server(server),
                    (Kind::Balancer, ..) => shapes::balancer(),
                    (Kind::Isp, ..) => shapes::isp(),
                    _ => shapes::router(),
                } }
            </g>
            if let Body::Server(server) = figure.body {
                if server.out() {
                    { shapes::shield(corner) }
                } else if dead && server.trusted() {
                    { shapes::unknown(corner) }
                }
            } else if dead {
                { shapes::cross(corner) }
            }
        </g>
    }
}

fn label(label: &Label, ty: Type, class: &'static str) -> Html {
    let (x, anchor) = match label.align {
        -1 => (label.area.left + 1.0, "start"),
        1 => (label.area.right - 1.0, "end"),
        _ => (label.area.centre().x, "middle"),
    };
    let mut y = label.area.top;
    html! {
        <g {class} text-anchor={anchor}>
            { for label.lines.iter().map(|line| {
                let height = ty.line(line.tone);
                y += height;
                let size = format!("font-size:{}px", ty.size(line.tone));
                html! {
                    <text class={line.tone.class()} x={px(x)} y={px(y - height * 0.27)} style={size}>
                        { line.text.clone() }
                    </text>
                }
            }) }
        </g>
    }
}

/// The buttons over the shapes: what can be focused, grabbed and read aloud.
///
/// Tab comes to one node and one link; the arrow keys go from there.
pub(crate) fn buttons(
    scene: &Scene,
    stops: (Option<NodeId>, Option<LinkId>),
    chosen: Option<Target>,
) -> Html {
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
    html! {
        <>
            <div class="stage-buttons" role="group" aria-label="Nodes">
                { for scene.nodes.iter().map(|node| {
                    let target = Target::Node(node.figure.id);
                    let width = (2.0 * node.half.x).max(44.0);
                    let height = (2.0 * node.half.y).max(44.0);
                    button(target, node.at, (width, height), 2.0 * node.half.x - width, words::node(&node.figure), node_stop == Some(node.figure.id), chosen == Some(target), node.figure.kind)
                }) }
            </div>
            if !scene.wires.is_empty() {
                <div class="stage-buttons stage-link-buttons" role="group" aria-label="Links">
                    { for scene.wires.iter().map(|wire| {
                        let target = Target::Link(wire.figure.id);
                        let [one, two] = wire.ends.map(|end| scene.nodes[end].figure.name.as_str());
                        let name = words::link(one, two, wire.figure.state);
                        button(target, wire.curve.at(0.5), (28.0, 28.0), -6.0, name, link_stop == Some(wire.figure.id), chosen == Some(target), Kind::Router)
                    }) }
                </div>
            }
        </>
    }
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
) -> Html {
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
    let round = (kind != Kind::Lan).then_some("stage-round");
    html! {
        <button key={number} type="button" class={classes!("stage-button", round)} {style}
            data-target={attribute} data-id={number.to_string()}
            tabindex={if stop { "0" } else { "-1" }}
            aria-label={name} aria-pressed={if chosen { "true" } else { "false" }} />
    }
}
