use super::*;
use simulation::time::{MILLISECOND, SECOND};
use simulation::{Action, World};

fn world(kill: bool) -> World {
    let scenario = simulation::presets::find("five-servers").unwrap();
    let mut world = World::new(&scenario).unwrap();
    world.advance(SECOND);
    if kill {
        let server = world
            .nodes()
            .find(|node| matches!(node.role, simulation::view::RoleView::Server(_)))
            .unwrap()
            .name
            .to_owned();
        world
            .apply(&Action::Kill(server, simulation::action::Death::Silence))
            .unwrap();
        world.advance(2 * SECOND);
    }
    world
}

#[test]
fn everything_is_inside_and_time_runs_down() {
    for kill in [false, true] {
        let world = world(kill);
        let mut calls = 0;
        for call in world.calls() {
            for now in [world.now(), call.began, call.began + 7 * MILLISECOND] {
                let now = now.min(world.now());
                let layout = Layout::of(call, now, 30.0, Scale::BESIDE);
                let inside = |x: f64, y: f64| {
                    (0.0..=WIDTH).contains(&x) && (30.0 - 1e-9..=layout.height).contains(&y)
                };
                for message in &layout.messages {
                    assert!(
                        inside(message.from.0, message.from.1)
                            && inside(message.to.0, message.to.1),
                        "{message:?}"
                    );
                    assert!(message.from.1 <= message.to.1, "{message:?}");
                }
                for bar in &layout.bars {
                    assert!(
                        inside(bar.x, bar.top) && inside(bar.x, bar.foot) && bar.top <= bar.foot,
                        "{bar:?}"
                    );
                }
                assert!(layout.ends.0 <= layout.ends.1);
                assert!(layout.height < 600.0, "{}", layout.height);
            }
            calls += 1;
        }
        assert!(calls > 20);
    }
}

#[test]
fn time_is_monotone() {
    let world = world(true);
    for call in world.calls().take(50) {
        let time = Time::of(call, world.now(), 0.0, Scale::BESIDE);
        let mut last = -1.0;
        for tick in 0..500 {
            let y = time.y(call.began + tick * MILLISECOND);
            assert!(y >= last, "at {tick} ms");
            last = y;
        }
        assert!(
            time.knots
                .windows(2)
                .all(|pair| pair[1].1 - pair[0].1 >= Scale::BESIDE.least - 1e-9)
        );
    }
}

#[test]
fn a_long_wait_is_cut_and_told() {
    let world = world(true);
    let rerouted = world
        .calls()
        .find(|call| {
            call.ended.is_some()
                && call
                    .attempts
                    .first()
                    .is_some_and(|attempt| attempt.reason == Some(Reason::TimedOut))
        })
        .expect("a call to the dead server timed out");
    let layout = Layout::of(rerouted, world.now(), 30.0, Scale::BESIDE);
    assert!(!layout.breaks.is_empty());
    assert!(
        layout
            .bars
            .iter()
            .any(|bar| matches!(&bar.stay, Stay::InVain(words) if words.starts_with("no reply")))
    );
    assert!(
        layout
            .messages
            .iter()
            .any(|message| message.look == Look::Retry)
    );
    assert!(
        layout
            .messages
            .iter()
            .any(|message| message.look == Look::Failure && message.lost)
    );
    assert_eq!(layout.lifelines[0].node, rerouted.lan);
}

#[test]
fn work_ends_when_its_server_dies() {
    let world = world(true);
    let dropped = |call: &CallRecord| {
        let mut steps = call.steps.iter();
        let lost = steps.find(|step| matches!(step.what, What::Dropped { died: true, .. }));
        lost.map(|step| step.at)
    };
    let (call, died) = world
        .calls()
        .find_map(|call| Some((call, dropped(call)?)))
        .expect("a call died with the server");
    let stays = stays(call, world.now());
    let lost = stays
        .iter()
        .find(|stay| matches!(stay.3, Stay::Dropped { .. }))
        .expect("its stay is shown");
    assert_eq!(lost.2, died);
    assert!(
        call.steps.iter().any(|step| step.at > died),
        "its caller waits on"
    );
    let before = super::stays(call, died - 1);
    assert!(
        before
            .iter()
            .all(|stay| !matches!(stay.3, Stay::Dropped { .. }))
    );
}

#[test]
fn a_reply_that_brings_an_error_does_not_look_like_a_good_one() {
    let world = words::tests::with_a_silent_server(true);
    let replies = |call: &CallRecord, look: Look| {
        let layout = Layout::of(call, world.now(), 30.0, Scale::BESIDE);
        layout.messages.iter().any(|it| it.look == look)
    };
    let failed =
        |call: &&CallRecord| matches!(call.outcome, simulation::record::Outcome::Failed(_));
    let failed = world.calls().find(failed).expect("one failed");
    assert!(replies(failed, Look::Error) && !replies(failed, Look::Reply));
    let good = |call: &&CallRecord| call.value.is_some() && call.attempts.len() == 1;
    let good = world.calls().find(good).expect("one was answered");
    assert!(replies(good, Look::Reply) && !replies(good, Look::Error));
}

/// A call whose way is cut before and under it is drawn as far as it came, and every loss is told.
#[test]
fn what_finds_no_way_is_drawn_where_it_stood() {
    let ends = || simulation::action::Ends("ISP".to_owned(), "balancer".to_owned());
    let mut world = world(false);
    world.apply(&Action::Cut(ends())).unwrap();
    world.advance(2 * SECOND);
    let lost = |why: Loss| {
        let calls = world.calls();
        let mut told = calls.flat_map(|call| call.steps.iter().map(move |step| (call, step)));
        told.find(|(_, step)| matches!(step.what, What::Lost { why: of, .. } if of == why))
            .unwrap()
    };
    let (call, step) = lost(Loss::NoWay);
    let drawn = Layout::of(call, world.now(), 30.0, Scale::BESIDE).messages;
    assert!(
        drawn
            .iter()
            .any(|message| message.lost && message.takes == 0)
    );
    let words = super::words::step(&world, call, step);
    assert!(words.contains("no way on from the client"), "{words}");
    assert!(words.contains("TCP sends it again after 200 ms"), "{words}");
    let (call, step) = lost(Loss::LinkCut);
    let layout = Layout::of(call, world.now(), 30.0, Scale::BESIDE);
    let whole = spacing(layout.lifelines.len());
    let short = layout.messages.iter().filter(|message| message.lost);
    let ways: Vec<f64> = short.map(|it| (it.to.0 - it.from.0).abs()).collect();
    assert!(
        ways.iter().any(|&way| way < whole),
        "{ways:?} {:?}",
        step.at
    );
}
