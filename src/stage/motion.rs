//! Where messages are, sorted by how they look.
//!
//! A message's place is a pure function of virtual time, so pausing, stepping and going back need
//! nothing of their own. The lists are filled anew each frame and keep their memory.

use super::geometry::{Point, point};
use super::scene::{Scene, Wire};
use simulation::record::{CallId, MessageKind};
use simulation::view::MessageView;
use simulation::{LinkId, Nanos};

/// The share of the way after which a lost message begins to fade.
const LOST_AT: f64 = 0.62;

/// More messages of one look than this have no trail.
const TRAILED: usize = 300;

/// The share of a link over which messages of a LAN spread to its screens.
const FAN: f64 = 0.45;

/// How a message looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Look {
    Request,
    Reply,
    /// A request of a second or later attempt.
    Retry,
    /// A reset, or a reply with an error.
    Error,
    /// What opens or closes a connection.
    Handshake,
    Probe,
    /// A health check's answer that is an error.
    FailedProbe,
}

impl Look {
    /// All looks, those that matter most last: they are painted over the others.
    pub(crate) const ALL: [Self; 7] = [
        Self::Probe,
        Self::Handshake,
        Self::Request,
        Self::Reply,
        Self::FailedProbe,
        Self::Retry,
        Self::Error,
    ];

    /// Of a message.
    pub(crate) const fn of(message: &MessageView) -> Self {
        match message.kind {
            MessageKind::Reset => Self::Error,
            MessageKind::Open | MessageKind::Accept | MessageKind::Close => Self::Handshake,
            MessageKind::Probe => Self::Probe,
            MessageKind::ProbeReply if message.error => Self::FailedProbe,
            MessageKind::ProbeReply => Self::Probe,
            MessageKind::Request | MessageKind::Reply if message.error => Self::Error,
            MessageKind::Request if message.attempt > 1 => Self::Retry,
            MessageKind::Request => Self::Request,
            MessageKind::Reply => Self::Reply,
        }
    }
}

/// Where a message came from just now: its last steps and where it is.
pub(crate) type Trail = [Point; 3];

/// The messages of a frame.
#[derive(Debug, Default)]
pub(crate) struct Swarm {
    looks: [Vec<Point>; 7],
    trails: [Vec<Trail>; 7],
    /// Lost ones, with how much of each can still be seen.
    pub(crate) lost: Vec<(Point, f64)>,
    /// All of them with their links, to know what a cut took.
    pub(crate) on: Vec<(LinkId, Point)>,
    /// Those of the selected call.
    pub(crate) chosen: Vec<Point>,
}

impl Swarm {
    /// Forgets everything but its memory.
    pub(crate) fn clear(&mut self) {
        self.looks.iter_mut().for_each(Vec::clear);
        self.trails.iter_mut().for_each(Vec::clear);
        self.lost.clear();
        self.on.clear();
        self.chosen.clear();
    }

    /// Adds a message where it is now, with the way it came in the last `trail` of virtual time.
    pub(crate) fn add(
        &mut self,
        scene: &Scene,
        message: &MessageView,
        now: Nanos,
        trail: Nanos,
        chosen: Option<CallId>,
    ) {
        let Some(wire) = scene.wire(message.link) else {
            return;
        };
        let progress = message.progress(now);
        let farthest = if message.lost { LOST_AT } else { 1.0 };
        let at = place(scene, wire, message, progress.min(farthest));
        self.on.push((message.link, at));
        if message.lost && progress > LOST_AT {
            let strength = 1.0 - (progress - LOST_AT) / (1.0 - LOST_AT);
            self.lost.push((at, strength));
        } else {
            let look = Look::of(message) as usize;
            self.looks[look].push(at);
            if trail > 0 && self.looks[look].len() <= TRAILED {
                let before = message.progress(now.saturating_sub(trail)).min(farthest);
                let middle = place(scene, wire, message, (before + progress) / 2.0);
                self.trails[look].push([place(scene, wire, message, before), middle, at]);
            }
        }
        if message.call.is_some() && message.call == chosen {
            self.chosen.push(at);
        }
    }

    /// Where the messages of a look are.
    pub(crate) fn of(&self, look: Look) -> &[Point] {
        &self.looks[look as usize]
    }

    /// The ways by which they came.
    pub(crate) fn trails(&self, look: Look) -> &[Trail] {
        &self.trails[look as usize]
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.looks.iter().map(Vec::len).sum::<usize>() + self.lost.len()
    }
}

/// The place of a message that has come so far along its link.
pub(crate) fn place(scene: &Scene, wire: &Wire, message: &MessageView, progress: f64) -> Point {
    let t = if message.forward {
        progress
    } else {
        1.0 - progress
    };
    let on_link = wire.curve.at(t);
    // Each client has its own screen: messages leave it and gather on the link.
    let spread = |end: usize, from_end: f64, border: Point| {
        let node = &scene.nodes[wire.ends[end]];
        if node.screens.is_empty() || from_end >= FAN {
            return point(0.0, 0.0);
        }
        let screen = node.screens[message.client as usize % node.screens.len()];
        let near = 1.0 - from_end / FAN;
        (node.at + screen - border) * (near * near)
    };
    on_link + spread(0, t, wire.curve.from) + spread(1, 1.0 - t, wire.curve.to)
}

/// The call of the message nearest to a point, if one is near enough.
pub(crate) fn call_near(
    scene: &Scene,
    messages: impl Iterator<Item = MessageView>,
    now: Nanos,
    at: Point,
    reach: f64,
) -> Option<CallId> {
    let mut best: Option<(f64, CallId)> = None;
    for message in messages {
        let (Some(call), Some(wire)) = (message.call, scene.wire(message.link)) else {
            continue;
        };
        let distance = place(scene, wire, &message, message.progress(now)).distance(at);
        if distance <= reach && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, call));
        }
    }
    best.map(|(_, call)| call)
}

#[cfg(test)]
mod tests {
    use super::super::figures::{Body, Figure, Kind, LinkFigure, Snapshot};
    use super::super::geometry::Rect;
    use super::super::text::Estimate;
    use super::super::viewport::{PLANE, Viewport};
    use super::*;
    use simulation::NodeId;
    use simulation::scenario::Position;
    use simulation::view::LinkState;

    fn scene() -> Scene {
        let node = |id, kind, x, body| Figure {
            id: NodeId(id),
            name: format!("node-{id}"),
            kind,
            position: Position { x, y: 300.0 },
            dead: None,
            body,
        };
        let snapshot = Snapshot {
            service: "shop.example".to_owned(),
            nodes: vec![
                node(
                    1,
                    Kind::Lan,
                    100.0,
                    Body::Lan {
                        clients: 5,
                        rate: Some(10.0),
                    },
                ),
                node(2, Kind::Router, 900.0, Body::Plain),
            ],
            links: vec![LinkFigure {
                id: LinkId(7),
                a: NodeId(1),
                b: NodeId(2),
                state: LinkState::Up,
                traffic: [0, 0],
            }],
        };
        Scene::lay_out(
            snapshot,
            Viewport::fit(1010.0, 600.0, PLANE, 12),
            None,
            &Estimate,
        )
    }

    fn message(forward: bool) -> MessageView {
        MessageView {
            key: 1,
            kind: MessageKind::Request,
            call: Some(9),
            attempt: 1,
            error: false,
            link: LinkId(7),
            forward,
            client: 3,
            departs: 1000,
            arrives: 2000,
            lost: false,
            bytes: 58,
        }
    }

    #[test]
    fn a_request_leaves_its_own_screen_and_arrives_at_the_border() {
        let scene = scene();
        let wire = scene.wire(LinkId(7)).unwrap();
        let lan = &scene.nodes[0];
        let start = place(&scene, wire, &message(true), 0.0);
        assert!(start.distance(lan.at + lan.screens[3]) < 1e-9);
        assert_eq!(place(&scene, wire, &message(true), 1.0), wire.curve.to);
        let back = place(&scene, wire, &message(false), 1.0);
        assert!(back.distance(start) < 1e-9);
    }

    #[test]
    fn lost_messages_stop_and_fade() {
        let scene = scene();
        let mut swarm = Swarm::default();
        let lost = MessageView {
            lost: true,
            ..message(true)
        };
        swarm.add(&scene, &lost, 1500, 0, None);
        assert_eq!((swarm.of(Look::Request).len(), swarm.lost.len()), (1, 0));
        swarm.clear();
        swarm.add(&scene, &lost, 1900, 100, Some(9));
        assert_eq!(
            (swarm.len(), swarm.lost.len(), swarm.chosen.len()),
            (1, 1, 1)
        );
        assert!(swarm.lost[0].1 > 0.0 && swarm.lost[0].1 < 0.5);
    }

    #[test]
    fn a_trail_ends_at_its_message_and_begins_on_the_way() {
        let scene = scene();
        let wire = scene.wire(LinkId(7)).unwrap();
        let mut swarm = Swarm::default();
        swarm.add(&scene, &message(true), 1500, 200, None);
        let [begin, _, end] = swarm.trails(Look::Request)[0];
        assert_eq!(end, swarm.of(Look::Request)[0]);
        assert_eq!(begin, place(&scene, wire, &message(true), 0.3));
        // None is longer than the way since its departure.
        swarm.clear();
        swarm.add(&scene, &message(true), 1100, 5000, None);
        assert_eq!(
            swarm.trails(Look::Request)[0][0],
            place(&scene, wire, &message(true), 0.0)
        );
    }

    #[test]
    fn a_message_on_an_unknown_link_is_not_drawn() {
        let mut swarm = Swarm::default();
        swarm.add(
            &scene(),
            &MessageView {
                link: LinkId(8),
                ..message(true)
            },
            1500,
            0,
            None,
        );
        assert_eq!(swarm.len(), 0);
    }

    #[test]
    fn a_second_attempt_is_a_triangle_and_its_reply_is_a_reply() {
        let again = MessageView {
            attempt: 2,
            ..message(true)
        };
        assert_eq!(Look::of(&again), Look::Retry);
        assert_eq!(
            Look::of(&MessageView {
                kind: MessageKind::Reply,
                ..again
            }),
            Look::Reply
        );
        assert_eq!(
            Look::of(&MessageView {
                error: true,
                ..again
            }),
            Look::Error
        );
    }

    #[test]
    fn a_click_finds_the_nearest_message() {
        let scene = scene();
        let wire = scene.wire(LinkId(7)).unwrap();
        let at = place(&scene, wire, &message(true), 0.5);
        let near = point(at.x, at.y + 10.0);
        assert_eq!(
            call_near(&scene, [message(true)].into_iter(), 1500, near, 14.0),
            Some(9)
        );
        let far = point(at.x, at.y + 20.0);
        assert_eq!(
            call_near(&scene, [message(true)].into_iter(), 1500, far, 14.0),
            None
        );
        assert!(Rect::sized(1010.0, 600.0).contains(at));
    }
}
