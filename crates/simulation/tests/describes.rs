//! A scenario knows which model describes it, and says why none does.
#![cfg(not(target_arch = "wasm32"))]
#![allow(missing_docs, reason = "tests say what they hold in their names")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "what a test's helpers cannot do fails the test"
)]

use balancer::Policy;
use simulation::action::{Death, Ends};
use simulation::distribution::Distribution;
use simulation::scenario::{Carriage, Load, Role, Timed};
use simulation::theory::describe;
use simulation::theory::describe::{Description, Model, Objection, Station, present};
use simulation::time::{MILLISECOND, SECOND};
use simulation::{Action, Scenario, World, presets};

fn preset(slug: &str) -> Scenario {
    presets::find(slug).expect("the preset exists")
}

fn name(scenario: &Scenario) -> Result<&'static str, Objection> {
    describe(scenario).map(|found| found.model.name())
}

/// One server, patient clients: M/M/1, and each test changes one thing.
fn plain() -> Scenario {
    let mut scenario = preset("one-server");
    scenario.call_policy.attempt_timeout = 60 * SECOND;
    scenario.call_policy.deadline = 60 * SECOND;
    scenario
}

/// The five servers behind a balancer that takes turns, nobody giving up.
fn balanced(policy: Policy) -> Scenario {
    let mut scenario = preset("five-servers");
    scenario.call_policy.attempt_timeout = 60 * SECOND;
    scenario.call_policy.deadline = 60 * SECOND;
    for node in &mut scenario.nodes {
        if let Role::Balancer(settings) = &mut node.role {
            settings.policy = policy.clone();
            settings.attempt_timeout = 60 * SECOND;
        }
    }
    scenario
}

fn each_link(scenario: &mut Scenario, change: impl Fn(&mut Carriage)) {
    scenario
        .links
        .iter_mut()
        .for_each(|link| change(&mut link.carriage));
}

fn each_server(scenario: &mut Scenario, change: impl Fn(&mut simulation::scenario::ServerSpec)) {
    for node in &mut scenario.nodes {
        if let Role::Server(server) = &mut node.role {
            change(server);
        }
    }
}

fn each_load(scenario: &mut Scenario, load: Load) {
    for node in &mut scenario.nodes {
        if let Role::Lan(lan) = &mut node.role {
            lan.load = load;
        }
    }
}

#[test]
fn one_server_is_the_simple_queue_with_its_own_rates() {
    let Description { model, network, .. } = describe(&plain()).expect("it is described");
    let Model::Alone(Station::Mm1(queue)) = model else {
        panic!("{model:?}")
    };
    // 24 calls a second of 24 ms each.
    assert!((queue.utilisation - 0.576).abs() < 1e-12);
    assert!((queue.sojourn() - 0.024 / (1.0 - 0.576)).abs() < 1e-12);
    // LAN A 4 + 8 + 8 ms (8 calls a second), B 5 + 8 + 8 (4), C 4 + 8 + 8 (12): twice the mean.
    let mean = 2.0 * (8.0 * 0.020 + 4.0 * 0.021 + 12.0 * 0.020) / 24.0;
    assert!((network - mean).abs() < 1e-12, "{network}");
}

#[test]
fn service_decides_between_the_models_of_one_queue() {
    let with = |demand: Distribution, cores| {
        let mut scenario = plain();
        scenario
            .workload
            .iter_mut()
            .for_each(|it| it.demand = demand);
        each_server(&mut scenario, |server| server.cores = cores);
        name(&scenario)
    };
    let mean = 24 * MILLISECOND;
    assert_eq!(with(Distribution::Exponential(mean), 2), Ok("M/M/c"));
    assert_eq!(with(Distribution::Constant(mean), 1), Ok("M/G/1"));
    assert_eq!(
        with(Distribution::Constant(mean), 2),
        Err(Objection::ServiceTime)
    );
    let infinite = Distribution::Pareto { mean, shape: 2.0 };
    assert_eq!(with(infinite, 1), Err(Objection::NoVariance));
}

#[test]
fn a_server_that_is_shared_has_a_model_whatever_the_law_of_the_work() {
    let with = |demand: Distribution, cores, queue_limit| {
        let mut scenario = plain();
        scenario
            .workload
            .iter_mut()
            .for_each(|it| it.demand = demand);
        each_server(&mut scenario, |server| {
            server.discipline = balancer::protection::Discipline::Shared;
            (server.cores, server.queue_limit) = (cores, queue_limit);
        });
        describe(&scenario).map(|found| found.model)
    };
    let mean = 24 * MILLISECOND;
    for demand in [
        Distribution::Exponential(mean),
        Distribution::Constant(mean),
        Distribution::LogNormal { mean, cv: 2.0 },
    ] {
        let Ok(Model::Alone(Station::Shared(sojourn))) = with(demand, 1, 64) else {
            panic!("{demand:?}")
        };
        assert!((sojourn - 0.024 / (1.0 - 0.576)).abs() < 1e-12);
        for (cores, queue_limit) in [(2, 64), (1, 3)] {
            let none = with(demand, cores, queue_limit);
            assert_eq!(none, Err(Objection::ServiceTime));
        }
    }
}

#[test]
fn a_short_queue_has_a_model_unless_what_it_turns_away_comes_back() {
    let with = |queue_limit, tries| {
        let mut scenario = plain();
        scenario.call_policy.max_attempts = tries;
        each_server(&mut scenario, |server| server.queue_limit = queue_limit);
        name(&scenario)
    };
    assert_eq!(with(3, 1), Ok("M/M/c/K"));
    assert_eq!(with(0, 1), Ok("Erlang B"));
    assert_eq!(with(3, 4), Err(Objection::Retries));
    assert_eq!(with(0, 4), Err(Objection::Retries));
    // 0.576^65 is nothing.
    assert_eq!(with(64, 4), Ok("M/M/1"));
}

#[test]
fn a_short_queue_whose_server_is_ejected_for_it_has_no_model() {
    let with = |queue_limit, ejection| {
        let mut scenario = balanced(Policy::Random);
        scenario.call_policy.max_attempts = 1;
        each_server(&mut scenario, |server| server.queue_limit = queue_limit);
        for node in &mut scenario.nodes {
            if let Role::Balancer(settings) = &mut node.role {
                settings.max_attempts = 1;
                settings.ejection = ejection;
            }
        }
        name(&scenario)
    };
    let ejection = Some(balancer::Ejection::default());
    assert_eq!(with(1, None), Ok("M/M/c/K"));
    assert_eq!(with(1, ejection), Err(Objection::Ejected));
    assert_eq!(with(0, None), Ok("Erlang B"));
    assert_eq!(with(0, ejection), Err(Objection::Ejected));
    assert_eq!(with(64, ejection), Ok("M/M/1"));
}

#[test]
fn a_link_that_carries_much_is_a_queue_of_its_own() {
    let with = |bandwidth| {
        let mut scenario = balanced(Policy::Random);
        for operation in &mut scenario.workload {
            operation.demand = Distribution::Exponential(SECOND);
        }
        each_server(&mut scenario, |server| server.cores = 64);
        each_link(&mut scenario, |link| link.bandwidth = bandwidth);
        name(&scenario)
    };
    // 125 calls a second of some 2,400 bits pass the link before the balancer.
    assert_eq!(with(700_000), Ok("M/M/c"));
    assert_eq!(with(500_000), Err(Objection::SlowLinks));
}

#[test]
fn what_protects_or_reorders_has_no_model() {
    let mut last_first = plain();
    each_server(&mut last_first, |server| {
        server.discipline = balancer::protection::Discipline::Lifo
    });
    assert_eq!(name(&last_first), Err(Objection::Protection));
    let mut limited = balanced(Policy::Random);
    for node in &mut limited.nodes {
        if let Role::Balancer(settings) = &mut node.role {
            settings.protection.breakers.max_requests = Some(8);
        }
    }
    assert_eq!(name(&limited), Err(Objection::Protection));
}

#[test]
fn loads() {
    let mut scenario = plain();
    each_load(&mut scenario, Load::Constant { rate: 8.0 });
    assert_eq!(name(&scenario), Err(Objection::EvenlySpaced));
    each_load(&mut scenario, Load::Poisson { rate: 14.0 });
    assert_eq!(name(&scenario), Err(Objection::Overloaded));
    each_load(&mut scenario, Load::Poisson { rate: 0.0 });
    assert_eq!(name(&scenario), Err(Objection::NothingRuns));
    each_load(&mut scenario, Load::Closed { think: SECOND });
    // LAN B is a millisecond further off than the others.
    assert_eq!(name(&scenario), Err(Objection::MixedLoads));
    each_link(&mut scenario, |carriage| carriage.latency = MILLISECOND);
    assert_eq!(name(&scenario), Ok("M/M/c//N"));
}

#[test]
fn links_that_do_not_only_delay_have_no_model() {
    let with = |change: fn(&mut Carriage)| {
        let mut scenario = plain();
        each_link(&mut scenario, change);
        name(&scenario)
    };
    assert_eq!(with(|it| it.latency = SECOND / 2), Ok("M/M/1"));
    assert_eq!(with(|it| it.jitter = 1), Err(Objection::Jitter));
    assert_eq!(with(|it| it.loss = 1e-9), Err(Objection::Loss));
    assert_eq!(
        with(|it| it.bandwidth = 1_000_000),
        Err(Objection::SlowLinks)
    );
}

#[test]
fn patience_must_outlast_nearly_every_call() {
    let mut scenario = plain();
    scenario.call_policy.attempt_timeout = 100 * MILLISECOND;
    assert_eq!(name(&scenario), Err(Objection::TimeLimits));
    // e^{-(500 - 40 ms)/56.6 ms} is three in ten thousand.
    scenario.call_policy.attempt_timeout = 500 * MILLISECOND;
    assert_eq!(name(&scenario), Ok("M/M/1"));
}

#[test]
fn policies() {
    assert_eq!(name(&balanced(Policy::RoundRobin)), Ok("E_N/M/1"));
    assert_eq!(
        name(&balanced(Policy::SmoothWeightedRoundRobin)),
        Ok("E_N/M/1")
    );
    assert_eq!(name(&balanced(Policy::Random)), Ok("M/M/1"));
    let ring = Policy::from_slug("ring-hash").expect("it is a policy");
    assert_eq!(name(&balanced(ring)), Err(Objection::Policy));
    let mut near = balanced(Policy::PowerOfTwoChoices);
    assert_eq!(name(&near), Err(Objection::LateCounts));
    each_link(&mut near, |carriage| carriage.latency = 0);
    let found = describe(&near).expect("it is described");
    assert_eq!(found.model.name(), "two choices, mean field");
    assert!(!found.model.exact());
    // Shortest queue of five: nobody has a formula, and five are too many for the chain.
    let mut five = balanced(Policy::LeastRequest);
    each_link(&mut five, |carriage| carriage.latency = 0);
    assert_eq!(name(&five), Err(Objection::Policy));
}

#[test]
fn what_is_not_at_rest_or_not_one_queue() {
    let mut scenario = plain();
    scenario.timeline = vec![Timed {
        at: SECOND,
        action: Action::SetSpeed("server-1".to_owned(), 2.0),
    }];
    assert_eq!(name(&scenario), Err(Objection::Changes));
    let mut two = balanced(Policy::RoundRobin);
    let mut second = two
        .nodes
        .iter()
        .find(|it| it.name == "balancer")
        .expect("it is there")
        .clone();
    second.name = "balancer-2".to_owned();
    two.nodes.push(second);
    assert_eq!(name(&two), Err(Objection::SeveralBalancers));
    two.nodes.retain(|it| !matches!(it.role, Role::Balancer(_)));
    assert_eq!(name(&two), Err(Objection::NoBalancer));
    two.nodes.retain(|it| !matches!(it.role, Role::Server(_)));
    assert_eq!(name(&two), Err(Objection::NothingRuns));
    let mut apart = plain();
    apart.links.clear();
    assert_eq!(name(&apart), Err(Objection::NoWay));
}

/// What the presets say of themselves.
#[test]
fn presets_say_it() {
    let found: Vec<(String, Result<&str, Objection>)> = presets::all()
        .iter()
        .map(|it| (it.slug.clone(), name(it)))
        .collect();
    let expected = [
        ("five-servers", Err(Objection::LateCounts)),
        ("one-server", Ok("M/M/1")),
        ("overload", Err(Objection::Overloaded)),
        ("unequal-servers", Err(Objection::Overloaded)),
        ("slow-server", Err(Objection::Changes)),
        ("a-server-dies", Err(Objection::Changes)),
        ("binary-rpc", Err(Objection::LateCounts)),
    ];
    for (slug, expected) in expected {
        let (_, found) = found
            .iter()
            .find(|(it, _)| it == slug)
            .expect("the preset is listed");
        assert_eq!(*found, expected, "{slug}");
    }
    for (_, objection) in found {
        if let Err(objection) = objection {
            assert!(objection.sentence().ends_with('.'));
        }
    }
}

#[test]
fn a_percentile_is_where_so_many_are_beyond() {
    let found = describe(&plain()).expect("it is described");
    let decay = (1.0 - 0.576) / 0.024;
    for share in [0.5, 0.95, 0.99] {
        let t = found.percentile(share).expect("M/M/1 knows its law");
        let ways = [(8.0, 0.040), (4.0, 0.042), (12.0, 0.040)];
        let each = ways.map(|(rate, way)| rate / 24.0 * libm::exp(-decay * (t - way).max(0.0)));
        let beyond: f64 = each.iter().sum();
        // A millionth of t, which is below a second, times the density, which is below 18.
        assert!((beyond - (1.0 - share)).abs() < 18e-6, "{share}: {beyond}");
    }
}

/// What is dead, drained or cut takes no part; and nobody is described who is taken for another.
#[test]
fn a_world_is_described_as_it_stands() {
    let mut world = World::new(&balanced(Policy::RoundRobin)).expect("it holds");
    let name = || "server-2".to_owned();
    let stations = |world: &World| match present(world).map(|it| it.model) {
        Ok(Model::Split(stations)) => Ok(stations.len()),
        Ok(other) => panic!("{other:?}"),
        Err(objection) => Err(objection),
    };
    assert_eq!(stations(&world), Ok(5));
    let ends = Ends("ISP".to_owned(), "balancer".to_owned());
    let events = [
        (
            Action::Kill(name(), Death::Crash),
            Err(Objection::Mistaken),
            Ok(4),
        ),
        (Action::Revive(name()), Err(Objection::Mistaken), Ok(5)),
        (Action::Drain(name(), true), Ok(4), Ok(4)),
        (Action::Drain(name(), false), Ok(5), Ok(5)),
        (
            Action::Cut(ends.clone()),
            Err(Objection::NoWay),
            Err(Objection::NoWay),
        ),
        (Action::Repair(ends), Ok(5), Ok(5)),
    ];
    for (action, at_once, later) in events {
        let regime = world.metrics().steady().regime();
        world.apply(&action).expect("it can be done");
        assert!(world.metrics().steady().regime() > regime);
        assert_eq!(stations(&world), at_once, "{action:?}");
        world.advance(world.now() + 10 * SECOND);
        assert_eq!(stations(&world), later, "ten seconds after {action:?}");
    }
}

#[test]
fn a_dead_balancer_is_not_taken_for_none() {
    let mut world = World::new(&balanced(Policy::Random)).expect("a preset holds");
    world.advance(SECOND);
    let kill = Action::Kill("balancer".to_owned(), Death::Crash);
    world.apply(&kill).expect("it lives");
    assert_eq!(present(&world).err(), Some(Objection::BalancerDown));
}

#[test]
fn a_death_that_nobody_will_ever_learn_of_is_said_to_be_one() {
    let one = presets::find("one-server").expect("the preset exists");
    let mut world = World::new(&one).expect("it holds");
    let kill = Action::Kill("server-1".to_owned(), Death::Silence);
    world.apply(&kill).expect("it lives");
    assert_eq!(present(&world).err(), Some(Objection::Unwatched));
}
