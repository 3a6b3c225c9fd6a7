//! What a screen reader hears of the stage.

use super::figures::{Body, Figure, Kind, Snapshot, number};
use simulation::time::SECOND;
use simulation::view::LinkState;

/// A node: its name, its kind, its state. Numbers are coarse, so that the name of a focused node
/// does not change several times a second.
pub(crate) fn node(figure: &Figure) -> String {
    let mut words = format!("{}, {}", figure.name, figure.kind.word());
    if let Some((_, gone)) = figure.dead {
        let seconds = gone / SECOND;
        if seconds == 0 {
            words += ", just died";
        } else {
            words += &format!(", down for {seconds} s");
        }
        if let Body::Server(server) = figure.body
            && server.trusted()
        {
            words += ", ";
            words += server.unknown();
        }
        return words;
    }
    match figure.body {
        Body::Plain => {}
        Body::Lan { clients, rate } => {
            words += &format!(
                ", {clients} {}",
                if clients == 1 { "client" } else { "clients" }
            );
            if let Some(rate) = rate {
                words += &format!(", {} calls per second", number(rate));
            }
        }
        Body::Balancer { policy } => words += &format!(", {policy}"),
        Body::Server(server) => {
            let busy = (server.utilisation * 10.0).round() * 10.0;
            words += &format!(", about {busy:.0} % busy");
            if server.draining {
                words += ", draining";
            }
            if (server.speed - 1.0).abs() > 1e-9 {
                words += &format!(", {} times the speed", number(server.speed));
            }
            if server.out() {
                words += ", the balancer keeps it out";
            }
        }
    }
    words
}

/// A link: its ends and its state.
pub(crate) fn link(one: &str, two: &str, state: LinkState) -> String {
    let state = match state {
        LinkState::Up => "",
        LinkState::Cut => ", cut",
        LinkState::Held => ", held",
    };
    format!("link between {one} and {two}{state}")
}

/// The whole stage in a sentence.
pub(crate) fn summary(snapshot: &Snapshot) -> String {
    let count = |kind| {
        snapshot
            .nodes
            .iter()
            .filter(|node| node.kind == kind)
            .count()
    };
    let some = |count: usize, one: &str| match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {one}s"),
    };
    let (servers, up) = snapshot.servers();
    format!(
        "The network of {}: {}, {}, {}, {up} up",
        snapshot.service,
        some(count(Kind::Lan), "client LAN"),
        some(count(Kind::Balancer), "load balancer"),
        some(servers, "server"),
    )
}

#[cfg(test)]
mod tests {
    use super::super::figures::Server;
    use super::*;
    use simulation::NodeId;
    use simulation::action::Death;
    use simulation::scenario::Position;
    use simulation::view::Belief;

    fn server(dead: Option<u64>, believed: Belief) -> Figure {
        Figure {
            id: NodeId(2),
            name: "server-2".to_owned(),
            kind: Kind::Server,
            position: Position::default(),
            dead: dead.map(|gone| (Death::Silence, gone)),
            body: Body::Server(Server {
                utilisation: 0.62,
                queued: 2,
                speed: 1.0,
                draining: false,
                believed,
                watched: true,
            }),
        }
    }

    #[test]
    fn a_death_that_nobody_noticed_is_said() {
        let words = node(&server(Some(3 * SECOND / 2), Belief::Up));
        assert_eq!(
            words,
            "server-2, server, down for 1 s, balancer does not know yet"
        );
        let words = node(&server(Some(3 * SECOND), Belief::Down { since: 1 }));
        assert_eq!(words, "server-2, server, down for 3 s");
    }

    #[test]
    fn a_server_that_runs_says_how_busy_it_is() {
        assert_eq!(
            node(&server(None, Belief::Up)),
            "server-2, server, about 60 % busy"
        );
        let out = node(&server(None, Belief::Down { since: 1 }));
        assert!(out.ends_with("the balancer keeps it out"));
    }

    #[test]
    fn links_say_their_ends() {
        assert_eq!(link("a", "b", LinkState::Cut), "link between a and b, cut");
    }
}
