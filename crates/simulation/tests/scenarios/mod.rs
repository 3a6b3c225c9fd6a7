//! Any scenario that a world takes, for properties.

use balancer::protection::*;
use balancer::*;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use rpc::encoding::Encoding;
use rpc::procedure::Procedure;
use rpc::retry::{Backoff, BudgetTerms, CallPolicy, Semantics};
use simulation::action::{Action, Death, Ends};
use simulation::distribution::Distribution;
use simulation::scenario::*;

const HOUR: u64 = 3_600_000_000_000;

fn time() -> impl Strategy<Value = u64> + Clone {
    prop_oneof![
        1..1_000_000_000_u64,
        (1..5_000_u64).prop_map(|ms| ms * 1_000_000)
    ]
}

fn policy() -> impl Strategy<Value = Policy> {
    prop_oneof![
        (0_usize..Policy::all().len()).prop_map(|index| Policy::all()[index].clone()),
        any::<bool>().prop_map(|avalanche| Policy::MapHash { avalanche }),
        time().prop_map(|decay| Policy::PeakEwma { decay }),
        (1_u32..5).prop_map(|points_per_weight| Policy::RingHash { points_per_weight }),
        (2_u32..=10, any::<bool>()).prop_map(|(choices, replacement)| Policy::PowerOfChoices {
            choices,
            replacement
        }),
        (0_u32..=1000).prop_map(|bias| Policy::WeightedLeastRequest { bias }),
        (101_u32..=1000).prop_map(|factor| Policy::BoundedLoad { factor }),
        Just(Policy::Maglev { table_size: 251 }),
        (1_u32..=10, 0_u32..=100).prop_map(|(probes, hot_percent)| Policy::Prequal {
            probes,
            hot_percent
        }),
    ]
}

fn check() -> impl Strategy<Value = HealthCheck> {
    (
        time(),
        time(),
        1..u32::MAX,
        1..u32::MAX,
        of(time()),
        of(time()),
    )
        .prop_map(
            |(a, b, rise, fall, fast_interval, down_interval)| HealthCheck {
                interval: a.max(b),
                timeout: a.min(b),
                rise,
                fall,
                fast_interval,
                down_interval,
            },
        )
}

fn ejection() -> impl Strategy<Value = Ejection> {
    let rate = (0_u32..=10_000, 2_u32..100, 1_u32..1000, 0_u32..=100).prop_map(
        |(stdev_factor, minimum_hosts, request_volume, enforced_percent)| SuccessRate {
            stdev_factor,
            minimum_hosts,
            request_volume,
            enforced_percent,
        },
    );
    let share = (1_u32..=100, 1_u32..100, 1_u32..1000, 0_u32..=100).prop_map(
        |(threshold, minimum_hosts, request_volume, enforced_percent)| FailurePercentage {
            threshold,
            minimum_hosts,
            request_volume,
            enforced_percent,
        },
    );
    let fails = (1_u32..=1_000_000, time()).prop_map(|(max_fails, fail_timeout)| MaxFails {
        max_fails,
        fail_timeout,
    });
    (
        1_u32..100,
        time(),
        time(),
        0_u32..=100,
        time(),
        of(rate),
        of(share),
        (0..HOUR, 0_u32..=100),
        of(fails),
    )
        .prop_map(
            |(
                consecutive_failures,
                a,
                b,
                max_percent,
                interval,
                success_rate,
                failure_percentage,
                (max_jitter, enforced_percent),
                max_fails,
            )| Ejection {
                consecutive_failures,
                max_fails,
                base_time: a.min(b),
                max_time: a.max(b),
                max_jitter,
                enforced_percent,
                max_percent,
                interval,
                success_rate,
                failure_percentage,
            },
        )
}

fn standing() -> impl Strategy<Value = Standing> {
    let spill = prop_oneof![
        Just(Spill::WhenNoneIsLeft),
        (100_u32..=1000).prop_map(|factor| Spill::Overprovisioned { factor })
    ];
    (0_u32..=100, spill).prop_map(|(panic_percent, spill)| Standing {
        panic_percent,
        spill,
    })
}

fn slow_start() -> impl Strategy<Value = SlowStart> {
    (time(), 10_u32..=1000, 1_u32..=100).prop_map(|(window, aggression, min_percent)| SlowStart {
        window,
        aggression,
        min_percent,
    })
}

fn protection() -> impl Strategy<Value = Protection> {
    let budget = prop_oneof![
        (1_u64..=60, 0_u32..=10_000, 0_u32..=1_000).prop_map(|(ttl, min_per_second, percent)| {
            RetryBudget::Deposits {
                ttl: ttl * 1_000_000_000,
                min_per_second,
                percent,
            }
        }),
        (1_u32..=1_000_000, 1_u32..=1_000_000).prop_map(|(max_tokens, token_ratio)| {
            RetryBudget::Throttle {
                max_tokens,
                token_ratio,
            }
        }),
        (0_u32..=100, any::<u32>()).prop_map(|(percent, min_concurrency)| RetryBudget::Share {
            percent,
            min_concurrency
        }),
    ];
    let hedging = prop_oneof![
        time().prop_map(Hedging::After),
        (1_u32..=9_999).prop_map(Hedging::Percentile)
    ];
    let breakers = (
        of(1..u32::MAX),
        of(any::<u32>()),
        of(1..u32::MAX),
        of(any::<u32>()),
    )
        .prop_map(
            |(max_connections, max_pending, max_requests, max_retries)| Breakers {
                max_connections,
                max_pending,
                max_requests,
                max_retries,
            },
        );
    let limit = prop_oneof![
        (1_u64..=1_000_000_000, 0_u32..=1_000_000, any::<u32>()).prop_map(
            |(rate, burst, undelayed)| RateLimit::Leaky {
                rate,
                burst,
                undelayed
            }
        ),
        (1_u64..=1_000_000_000, 1_u32..=1_000_000)
            .prop_map(|(rate, burst)| RateLimit::Token { rate, burst }),
    ];
    (of(budget), of(hedging), breakers, of(limit)).prop_map(
        |(retry_budget, hedging, breakers, rate_limit)| Protection {
            retry_budget,
            hedging,
            breakers,
            rate_limit,
        },
    )
}

fn settings() -> impl Strategy<Value = Settings> {
    let first = (policy(), of(check()), of(ejection()), 1_u32..=10);
    (first, time(), standing(), of(slow_start()), protection()).prop_map(
        |(
            (policy, health_check, ejection, max_attempts),
            attempt_timeout,
            standing,
            slow_start,
            protection,
        )| Settings {
            policy,
            health_check,
            ejection,
            max_attempts,
            attempt_timeout,
            standing,
            slow_start,
            protection,
        },
    )
}

fn procedure() -> impl Strategy<Value = Procedure> {
    (0_usize..9).prop_map(|index| Procedure::ALL[index])
}

fn server() -> impl Strategy<Value = ServerSpec> {
    let discipline = prop_oneof![
        Just(Discipline::Fifo),
        Just(Discipline::Lifo),
        Just(Discipline::Shared),
        (time(), time()).prop_map(|(a, b)| Discipline::ControlledDelay {
            target: a.min(b),
            interval: a.max(b)
        }),
    ];
    let level = prop_oneof![
        Just(Criticality::Sheddable),
        Just(Criticality::SheddablePlus),
        Just(Criticality::Critical),
        Just(Criticality::CriticalPlus),
    ];
    let limit = prop_oneof![
        (1_u32..=1_000_000).prop_map(ConcurrencyLimit::Fixed),
        (1_u32..1_000, 1_000_u32..=1_000_000, time(), 1_u32..=99).prop_map(
            |(least, most, slow, ratio)| ConcurrencyLimit::Adaptive {
                least,
                most,
                slow,
                ratio
            }
        ),
    ];
    let first = (
        1_u32..=64,
        0.001..=1_000.0_f64,
        0_u32..=100_000,
        1_u32..=256,
        any::<u8>(),
    );
    (
        first,
        discipline,
        vec((procedure(), level), 0..3),
        of(limit),
        any::<bool>(),
    )
        .prop_map(
            |(
                (cores, speed, queue_limit, weight, priority),
                discipline,
                criticality,
                concurrency,
                drops_expired,
            )| {
                ServerSpec {
                    cores,
                    speed,
                    queue_limit,
                    weight,
                    priority,
                    discipline,
                    criticality,
                    concurrency,
                    drops_expired,
                }
            },
        )
}

fn load() -> impl Strategy<Value = Load> {
    prop_oneof![
        (0.0..=100_000.0_f64).prop_map(|rate| Load::Poisson { rate }),
        (0.0..=100_000.0_f64).prop_map(|rate| Load::Constant { rate }),
        (0..=HOUR).prop_map(|think| Load::Closed { think }),
    ]
}

fn lan() -> impl Strategy<Value = LanSpec> {
    (1_u32..=250, load()).prop_map(|(clients, load)| LanSpec { clients, load })
}

fn position() -> impl Strategy<Value = Position> {
    (0.0..=1000.0_f64, 0.0..=600.0_f64).prop_map(|(x, y)| Position { x, y })
}

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![
        lan().prop_map(Role::Lan),
        Just(Role::Router),
        Just(Role::Isp),
        settings().prop_map(Role::Balancer),
        server().prop_map(Role::Server),
    ]
}

fn carriage() -> impl Strategy<Value = Carriage> {
    (
        0_u64..=60_000_000_000,
        0_u64..=60_000_000_000,
        1_000_u64..=1_000_000_000_000,
        0.0..=1.0_f64,
    )
        .prop_map(|(latency, jitter, bandwidth, loss)| Carriage {
            latency,
            jitter,
            bandwidth,
            loss,
        })
}

fn link(a: &str, b: &str) -> impl Strategy<Value = LinkSpec> + use<> {
    let (a, b) = (a.to_owned(), b.to_owned());
    carriage().prop_map(move |carriage| LinkSpec {
        a: a.clone(),
        b: b.clone(),
        carriage,
    })
}

/// Whatever may be done to a world with these nodes and this link.
fn action() -> impl Strategy<Value = Action> {
    let (lan_, balancer_, server_) = (
        || "a lan".to_owned(),
        || "a balancer".to_owned(),
        || "a server".to_owned(),
    );
    let ends = || Ends("a lan".to_owned(), "a balancer".to_owned());
    let node = (role(), position()).prop_map(|(role, position)| NodeSpec {
        name: "späť “1”".to_owned(),
        position,
        role,
    });
    let leaf = prop_oneof![
        (node, link("späť “1”", "a server")).prop_map(|(node, link)| Action::AddNode {
            node,
            links: vec![link]
        }),
        Just(Action::RemoveNode(server_())),
        position().prop_map(move |it| Action::Move(lan_(), it)),
        any::<bool>().prop_map(move |it| Action::Kill(
            server_(),
            if it { Death::Crash } else { Death::Silence }
        )),
        Just(Action::Revive(balancer_())),
        any::<bool>().prop_map(move |it| Action::Drain(server_(), it)),
        (0.001..=1_000.0_f64).prop_map(move |it| Action::SetSpeed(server_(), it)),
        server().prop_map(move |it| Action::SetServer(server_(), it)),
        load().prop_map(move |it| Action::SetLoad(lan_(), it)),
        lan().prop_map(move |it| Action::SetLan(lan_(), it)),
        policy().prop_map(move |it| Action::SetPolicy(balancer_(), it)),
        of(check()).prop_map(move |it| Action::SetHealthCheck(balancer_(), it)),
        of(ejection()).prop_map(move |it| Action::SetEjection(balancer_(), it)),
        standing().prop_map(move |it| Action::SetStanding(balancer_(), it)),
        of(slow_start()).prop_map(move |it| Action::SetSlowStart(balancer_(), it)),
        protection().prop_map(move |it| Action::SetProtection(balancer_(), it)),
        (1_u32..=10).prop_map(move |it| Action::SetMaxAttempts(balancer_(), it)),
        settings().prop_map(move |it| Action::SetBalancer(balancer_(), it)),
        calls().prop_map(Action::SetCalls),
        vec(operation(), 1..3).prop_map(Action::SetWorkload),
        link("a lan", "a server").prop_map(Action::Connect),
        (0_usize..5).prop_map(move |it| {
            [
                Action::Disconnect,
                Action::Cut,
                Action::Repair,
                Action::Hold,
                Action::Release,
            ][it](ends())
        }),
        carriage().prop_map(move |it| Action::SetCarriage(ends(), it)),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| vec(inner, 0..4).prop_map(Action::All))
}

fn calls() -> impl Strategy<Value = CallPolicy> {
    let backoff = (0..HOUR, 1.0..=1_000.0_f64, 0..HOUR, 0.0..=1.0_f64).prop_map(
        |(initial, multiplier, max, jitter)| Backoff {
            initial,
            multiplier,
            max,
            jitter,
        },
    );
    let budget =
        (0_u32..=1_000, 0_u32..=10_000).prop_map(|(percent, min_per_second)| BudgetTerms {
            percent,
            min_per_second,
        });
    (
        time(),
        time(),
        1_u32..=1_000,
        backoff,
        any::<bool>(),
        any::<bool>(),
        of(budget),
    )
        .prop_map(
            |(
                deadline,
                attempt_timeout,
                max_attempts,
                backoff,
                at_least,
                idempotency_keys,
                retry_budget,
            )| CallPolicy {
                deadline,
                attempt_timeout,
                max_attempts,
                backoff,
                semantics: if at_least {
                    Semantics::AtLeastOnce
                } else {
                    Semantics::AtMostOnce
                },
                idempotency_keys,
                retry_budget,
            },
        )
}

fn operation() -> impl Strategy<Value = Operation> {
    let demand = prop_oneof![
        (0..=HOUR).prop_map(Distribution::Constant),
        (0..=HOUR).prop_map(Distribution::Exponential),
        (0..=HOUR, 1e-9..=100.0_f64).prop_map(|(mean, cv)| Distribution::LogNormal { mean, cv }),
        (0..=HOUR, 1.000_000_1..=1_000.0_f64)
            .prop_map(|(mean, shape)| Distribution::Pareto { mean, shape }),
    ];
    (procedure(), 1_u32..=1_000_000, demand).prop_map(|(procedure, weight, demand)| Operation {
        procedure,
        weight,
        demand,
    })
}

/// Any scenario.
pub(crate) fn scenario() -> impl Strategy<Value = Scenario> {
    let words = || "[\\PC\\n\\t\u{1}]{0,12}";
    let texts = (words(), words(), words(), words());
    let timed = (0..HOUR, action()).prop_map(|(at, action)| Timed { at, action });
    let first = (texts, any::<u64>(), any::<bool>(), 0.001..=100.0_f64);
    let net = (
        lan(),
        settings(),
        server(),
        vec(position(), 3),
        vec(role(), 0..4),
        link("a lan", "a balancer"),
        link("a server", "a balancer"),
    );
    (
        first,
        calls(),
        vec(operation(), 1..3),
        net,
        vec(timed, 0..5),
    )
        .prop_map(
            |(
                ((slug, title, hint, service), seed, binary, speed),
                call_policy,
                workload,
                net,
                timeline,
            )| {
                let (lan, settings, server, places, more, one, two) = net;
                let named = [
                    ("a lan", Role::Lan(lan)),
                    ("a balancer", Role::Balancer(settings)),
                    ("a server", Role::Server(server)),
                ];
                let mut nodes: Vec<NodeSpec> = named
                    .into_iter()
                    .zip(places)
                    .map(|((name, role), position)| NodeSpec {
                        name: name.to_owned(),
                        position,
                        role,
                    })
                    .collect();
                nodes.extend(more.into_iter().enumerate().map(|(index, role)| NodeSpec {
                    name: format!("more-{index}"),
                    position: Position::default(),
                    role,
                }));
                Scenario {
                    slug,
                    title,
                    hint,
                    seed,
                    service,
                    encoding: if binary {
                        Encoding::OncRpc
                    } else {
                        Encoding::JsonHttp
                    },
                    workload,
                    call_policy,
                    nodes,
                    links: vec![one, two],
                    timeline,
                    speed,
                }
            },
        )
}
