//! The balancer in time: when a death is noticed, when a backend is back, what late answers do.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise, in its helpers too"
)]

use balancer::{
    BackendId, Balancer, Because, Change, Ejection, Health, HealthCheck, MaxFails, Outcome, Policy,
    Request, Settings, Transition,
};
use proptest::prelude::*;
use rand_pcg::Pcg64Mcg;

const MS: u64 = 1_000_000;
const SECOND: u64 = 1_000 * MS;
const ROUND_TRIP: u64 = 10 * MS;

/// Virtual time around a balancer whose backends answer checks after a round trip, or are silent.
struct Cluster {
    balancer: Balancer,
    now: u64,
    silent: Vec<BackendId>,
    answers: Vec<(u64, balancer::CheckId)>,
    sent: Vec<(u64, BackendId)>,
    transitions: Vec<Transition>,
}

impl Cluster {
    fn new(settings: Settings, backends: u32, seed: u128) -> Self {
        let mut balancer = Balancer::new(settings).unwrap();
        let mut rng = Pcg64Mcg::new(seed);
        for id in 0..backends {
            balancer
                .add(0, BackendId(id), &format!("server-{id}"), 1, &mut rng)
                .unwrap();
        }
        Self {
            balancer,
            now: 0,
            silent: Vec::new(),
            answers: Vec::new(),
            sent: Vec::new(),
            transitions: Vec::new(),
        }
    }

    fn run_until(&mut self, until: u64) {
        loop {
            let answer = self.answers.iter().map(|&(at, _)| at).min();
            let Some(next) = [answer, self.balancer.next_timer()]
                .into_iter()
                .flatten()
                .min()
            else {
                break;
            };
            if next > until {
                break;
            }
            self.now = next;
            if let Some(i) = self.answers.iter().position(|&(at, _)| at == next) {
                let (_, check) = self.answers.swap_remove(i);
                self.balancer.probe_result(next, check, true);
            }
            for probe in self.balancer.handle_timer(next) {
                self.sent.push((next, probe.backend));
                if !self.silent.contains(&probe.backend) {
                    self.answers.push((next + ROUND_TRIP, probe.check));
                }
            }
            self.transitions.extend(self.balancer.take_transitions());
        }
        self.now = until;
    }

    /// Whom a policy without chance picks.
    fn pick(&mut self, now: u64, tried: &[BackendId]) -> u32 {
        let request = Request { key: 0, tried };
        let mut rng = Pcg64Mcg::new(7);
        self.balancer.pick(now, &request, &mut rng).unwrap().0
    }

    fn die(&mut self, id: BackendId) {
        self.silent.push(id);
        self.answers.retain(|(_, check)| check.backend != id);
    }

    fn fail(&mut self, id: BackendId, times: u32) {
        for _ in 0..times {
            self.balancer
                .finished(self.now, id, Outcome::Failed { latency: MS });
        }
        self.transitions.extend(self.balancer.take_transitions());
    }
}

fn with_ejection(max_percent: u32) -> Settings {
    Settings {
        health_check: None,
        ejection: Some(Ejection {
            max_percent,
            ..Ejection::default()
        }),
        ..Settings::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    /// A silent death is noticed where the settings put it, and a return after `rise` checks.
    #[test]
    fn the_detection_gap_is_where_the_settings_put_it(
        seed in any::<u128>(),
        died_at in 3 * SECOND..9 * SECOND,
        interval in 100 * MS..2 * SECOND,
        timeout_percent in 10..=100_u64,
        (rise, fall) in (1..5_u32, 1..5_u32),
    ) {
        let timeout = (interval * timeout_percent / 100).max(2 * ROUND_TRIP);
        let check = HealthCheck { interval, timeout, rise, fall, ..HealthCheck::default() };
        let settings = Settings { health_check: Some(check), ..Settings::default() };
        let victim = BackendId(2);
        let mut cluster = Cluster::new(settings, 5, seed);
        cluster.run_until(died_at);
        prop_assert!(cluster.transitions.is_empty());
        cluster.die(victim);
        cluster.run_until(died_at + 20 * SECOND);

        let [down] = cluster.transitions[..] else { panic!("{:?}", cluster.transitions) };
        prop_assert_eq!((down.backend, down.change), (victim, Change::Down));
        prop_assert_eq!(down.because, Because::ChecksFailed { fall, timed_out: true });
        let gap = down.at - died_at;
        let earliest = u64::from(fall - 1) * interval + timeout - ROUND_TRIP;
        let latest = u64::from(fall) * interval + timeout;
        prop_assert!((earliest..=latest).contains(&gap), "{earliest} <= {gap} <= {latest}");
        prop_assert_eq!(cluster.balancer.backend(victim).unwrap().health, Health::Down { since: down.at });

        let revived_at = cluster.now;
        cluster.silent.clear();
        cluster.run_until(revived_at + 20 * SECOND);
        let up = cluster.transitions[1];
        prop_assert_eq!((up.backend, up.change), (victim, Change::Up));
        prop_assert_eq!(up.because, Because::ChecksPassed { rise });
        let back = up.at - revived_at;
        let earliest = u64::from(rise - 1) * interval + ROUND_TRIP;
        let latest = u64::from(rise) * interval + ROUND_TRIP;
        prop_assert!((earliest..=latest).contains(&back), "{earliest} <= {back} <= {latest}");
        prop_assert_eq!(cluster.transitions.len(), 2);
    }

    /// Every backend is asked once an interval, at a phase of its own.
    #[test]
    fn checks_keep_their_interval_and_their_phases(seed in any::<u128>()) {
        let mut cluster = Cluster::new(Settings::default(), 12, seed);
        cluster.run_until(20 * SECOND);
        let mut phases = Vec::new();
        for id in (0..12).map(BackendId) {
            let times: Vec<_> =
                cluster.sent.iter().filter(|&&(_, to)| to == id).map(|&(at, _)| at).collect();
            prop_assert_eq!(times.len(), 10);
            prop_assert!(times.windows(2).all(|pair| pair[1] - pair[0] == 2 * SECOND));
            phases.push(times[0]);
        }
        phases.sort_unstable();
        phases.dedup();
        prop_assert_eq!(phases.len(), 12);
    }
}

#[test]
fn a_late_an_unknown_and_a_repeated_answer_are_ignored() {
    let check = HealthCheck {
        interval: SECOND,
        timeout: 100 * MS,
        rise: 1,
        fall: 1,
        ..HealthCheck::default()
    };
    let settings = Settings {
        health_check: Some(check),
        ..Settings::default()
    };
    let mut balancer = Cluster::new(settings, 1, 3).balancer;
    let id = BackendId(0);
    let sent = balancer.next_timer().unwrap();
    let probe = balancer.handle_timer(sent)[0];

    // At its timeout it is late, whether or not the timer was handled first.
    balancer.probe_result(sent + 100 * MS, probe.check, true);
    assert_eq!(balancer.backend(id).unwrap().checks_passed, 0);
    assert!(balancer.handle_timer(sent + 100 * MS).is_empty());
    assert_eq!(
        balancer.backend(id).unwrap().health,
        Health::Down {
            since: sent + 100 * MS
        }
    );
    balancer.probe_result(sent + 101 * MS, probe.check, true);
    assert!(!balancer.backend(id).unwrap().eligible());

    let probe = balancer.handle_timer(sent + SECOND)[0];
    let unknown = balancer::CheckId {
        serial: probe.check.serial + 7,
        ..probe.check
    };
    balancer.probe_result(sent + SECOND, unknown, true);
    assert!(!balancer.backend(id).unwrap().eligible());
    balancer.probe_result(sent + SECOND, probe.check, true);
    assert_eq!(balancer.backend(id).unwrap().health, Health::Up);
    balancer.probe_result(sent + SECOND, probe.check, false);
    assert_eq!(balancer.backend(id).unwrap().health, Health::Up);
}

#[test]
fn calling_the_timer_needlessly_or_late_does_no_harm() {
    let mut balancer = Cluster::new(Settings::default(), 1, 5).balancer;
    let due = balancer.next_timer().unwrap();
    assert!(due < 2 * SECOND);
    assert!(balancer.handle_timer(due - 1).is_empty());
    assert_eq!(balancer.next_timer(), Some(due));
    // Five intervals late: one check, not six, and the old phase afterwards.
    let late = due + 10 * SECOND + 1;
    assert_eq!(balancer.handle_timer(late).len(), 1);
    assert!(balancer.handle_timer(late).is_empty());
    assert_eq!(
        balancer.backend(BackendId(0)).unwrap().next_check(),
        Some(late + 2 * SECOND)
    );
}

#[test]
fn switching_checks_off_brings_up_who_was_down_and_ignores_what_was_asked() {
    let mut cluster = Cluster::new(Settings::default(), 2, 9);
    cluster.die(BackendId(1));
    cluster.run_until(20 * SECOND);
    assert!(!cluster.balancer.backend(BackendId(1)).unwrap().eligible());
    let mut rng = Pcg64Mcg::new(1);
    cluster
        .balancer
        .set_health_check(cluster.now, None, &mut rng)
        .unwrap();
    let [up] = cluster.balancer.take_transitions()[..] else {
        panic!("one transition")
    };
    assert_eq!(
        (up.change, up.because),
        (Change::Up, Because::ChecksSwitchedOff)
    );
    assert!(cluster.balancer.backend(BackendId(1)).unwrap().eligible());
    let sent = cluster.sent.len();
    cluster.run_until(60 * SECOND);
    assert_eq!(cluster.sent.len(), sent);
    assert_eq!(cluster.balancer.next_timer(), None);
}

#[test]
fn five_failures_in_a_row_eject_for_thirty_seconds_then_sixty() {
    let mut cluster = Cluster::new(with_ejection(10), 5, 1);
    let id = BackendId(3);
    cluster.fail(id, 4);
    cluster
        .balancer
        .finished(0, id, Outcome::Answered { latency: MS });
    cluster.fail(id, 4);
    // Says nothing either way.
    cluster
        .balancer
        .finished(0, id, Outcome::Cancelled { latency: MS });
    assert!(cluster.transitions.is_empty());
    cluster.fail(id, 1);
    assert_eq!(
        cluster.balancer.backend(id).unwrap().health,
        Health::Ejected { until: 30 * SECOND }
    );

    // 10 % of five is none, but the first may always go: a second may not.
    cluster.fail(BackendId(0), 20);
    assert_eq!(cluster.transitions.len(), 1);

    cluster.run_until(30 * SECOND);
    cluster.fail(id, 5);
    cluster.run_until(200 * SECOND);
    let seen: Vec<_> = cluster
        .transitions
        .iter()
        .map(|t| (t.at / SECOND, t.change, t.because))
        .collect();
    let because = |times_base| Because::ConsecutiveFailures { n: 5, times_base };
    assert_eq!(
        seen,
        [
            (0, Change::Ejected { until: 30 * SECOND }, because(1)),
            (30, Change::Restored, Because::EjectionEnded),
            (30, Change::Ejected { until: 90 * SECOND }, because(2)),
            (90, Change::Restored, Because::EjectionEnded),
        ]
    );
}

#[test]
fn a_lone_backend_is_never_ejected() {
    let mut cluster = Cluster::new(with_ejection(100), 1, 1);
    cluster.fail(BackendId(0), 50);
    assert!(cluster.transitions.is_empty());
}

#[test]
fn switching_ejection_off_restores() {
    let mut cluster = Cluster::new(with_ejection(100), 3, 1);
    cluster.fail(BackendId(0), 5);
    cluster.balancer.set_ejection(SECOND, None).unwrap();
    let [back] = cluster.balancer.take_transitions()[..] else {
        panic!("one transition")
    };
    assert_eq!(
        (back.change, back.because),
        (Change::Restored, Because::EjectionSwitchedOff)
    );
    assert!(cluster.balancer.backend(BackendId(0)).unwrap().eligible());
}

#[test]
fn a_backend_that_comes_back_gets_one_turn_at_once_and_no_burst() {
    let settings = Settings {
        policy: Policy::RoundRobin,
        ..Settings::default()
    };
    let mut balancer = Cluster::new(settings, 3, 1).balancer;
    let mut rng = Pcg64Mcg::new(1);
    let mut pick = |balancer: &mut Balancer| {
        let picked = balancer.pick(0, &Request::default(), &mut rng).unwrap();
        char::from(b'a' + picked.0 as u8)
    };
    let mut picks: String = (0..4).map(|_| pick(&mut balancer)).collect();
    balancer.drain(BackendId(1));
    picks.extend((0..4).map(|_| pick(&mut balancer)));
    balancer.undrain(BackendId(1));
    picks.extend((0..4).map(|_| pick(&mut balancer)));
    assert_eq!(picks, "abca_caca_bcab".replace('_', ""));
    balancer
        .add(0, BackendId(3), "server-3", 1, &mut Pcg64Mcg::new(2))
        .unwrap();
    let picks: String = (0..8).map(|_| pick(&mut balancer)).collect();
    assert_eq!(picks, "cabdcabd");
}

/// HAProxy's fastinter and downinter: the second and third check of a death come fast, and while down
/// the pace is the slow one until a check passes.
#[test]
fn in_doubt_checks_come_fast_and_down_they_come_slowly() {
    let check = HealthCheck {
        interval: SECOND,
        timeout: 100 * MS,
        fast_interval: Some(200 * MS),
        down_interval: Some(3 * SECOND),
        ..HealthCheck::default()
    };
    let settings = Settings {
        health_check: Some(check),
        ..Settings::default()
    };
    let mut cluster = Cluster::new(settings, 1, 7);
    cluster.run_until(3_500 * MS);
    cluster.die(BackendId(0));
    cluster.sent.clear();
    cluster.run_until(12 * SECOND);
    let times: Vec<u64> = cluster.sent.iter().map(|&(at, _)| at).collect();
    let gaps: Vec<u64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(gaps[..4], [200 * MS, 200 * MS, 3 * SECOND, 3 * SECOND]);
    let down = cluster
        .transitions
        .iter()
        .find(|t| t.change == Change::Down);
    assert_eq!(down.unwrap().at, times[0] + 500 * MS);
    // Back: one pass is a doubt, the next comes fast.
    cluster.silent.clear();
    cluster.sent.clear();
    cluster.run_until(20 * SECOND);
    let times: Vec<u64> = cluster.sent.iter().map(|&(at, _)| at).collect();
    assert_eq!(
        (times[1] - times[0], times[2] - times[1]),
        (200 * MS, SECOND)
    );
}

/// Envoy's example: success rates of 50 and four times 100 have a threshold of 52.
#[test]
fn who_is_far_below_the_mean_is_ejected_at_the_end_of_the_interval() {
    use balancer::{FailurePercentage, SuccessRate};
    let run = |ejection: Ejection| {
        let settings = Settings {
            health_check: None,
            ejection: Some(Ejection {
                consecutive_failures: 1_000,
                ..ejection
            }),
            ..Settings::default()
        };
        let mut cluster = Cluster::new(settings, 5, 7);
        for id in 0..5 {
            for n in 0..100 {
                let latency = MS;
                let outcome = if id == 2 && n % 2 == 0 {
                    Outcome::Failed { latency }
                } else {
                    Outcome::Answered { latency }
                };
                cluster.balancer.finished(0, BackendId(id), outcome);
            }
        }
        cluster.run_until(10 * SECOND);
        cluster
            .transitions
            .first()
            .map(|t| (t.at, t.backend.0, t.because))
    };
    let success_rate = Some(SuccessRate::default());
    let because = Because::SuccessRate {
        rate: 50,
        threshold: 52,
    };
    assert_eq!(
        run(Ejection {
            success_rate,
            ..Ejection::default()
        }),
        Some((10 * SECOND, 2, because))
    );
    let failure_percentage = |threshold| {
        let rule = FailurePercentage {
            threshold,
            ..FailurePercentage::default()
        };
        run(Ejection {
            failure_percentage: Some(rule),
            ..Ejection::default()
        })
    };
    let because = Because::FailurePercentage { percent: 50 };
    assert_eq!(failure_percentage(50), Some((10 * SECOND, 2, because)));
    assert_eq!(failure_percentage(51), None);
    // Envoy's `enforcing_...: 0`: offences are seen and eject nobody.
    let success_rate = SuccessRate {
        enforced_percent: 0,
        ..SuccessRate::default()
    };
    let failures = FailurePercentage {
        threshold: 50,
        enforced_percent: 0,
        ..FailurePercentage::default()
    };
    assert_eq!(
        run(Ejection {
            success_rate: Some(success_rate),
            failure_percentage: Some(failures),
            ..Ejection::default()
        }),
        None
    );
    // And hide nobody from the other rule.
    assert_eq!(
        run(Ejection {
            success_rate: Some(success_rate),
            failure_percentage: Some(FailurePercentage {
                enforced_percent: 100,
                ..failures
            }),
            ..Ejection::default()
        }),
        Some((10 * SECOND, 2, because))
    );
}

/// Envoy's `processSuccessRateEjections` passes over who is ejected already: here two of them would make
/// five hosts of three and pull the mean down.
#[test]
fn who_is_out_already_is_not_compared() {
    use balancer::{FailurePercentage, SuccessRate};
    let success_rate = SuccessRate {
        minimum_hosts: 5,
        request_volume: 10,
        ..SuccessRate::default()
    };
    let failures = FailurePercentage {
        threshold: 50,
        minimum_hosts: 5,
        request_volume: 10,
        ..FailurePercentage::default()
    };
    let mut settings = with_ejection(100);
    if let Some(ejection) = &mut settings.ejection {
        ejection.success_rate = Some(success_rate);
        ejection.failure_percentage = Some(failures);
    }
    let mut cluster = Cluster::new(settings, 5, 7);
    cluster.fail(BackendId(0), 20);
    cluster.fail(BackendId(1), 20);
    assert_eq!(cluster.transitions.len(), 2);
    for n in 0..40 {
        for id in 2..5 {
            let latency = MS;
            let outcome = if id == 2 && n % 4 > 0 {
                Outcome::Failed { latency }
            } else {
                Outcome::Answered { latency }
            };
            cluster.balancer.finished(0, BackendId(id), outcome);
        }
    }
    cluster.run_until(20 * SECOND);
    assert_eq!(cluster.transitions.len(), 2, "three hosts prove nothing");
}

/// What is not enforced ejects nobody, and of what is enforced in part chance picks that part.
#[test]
fn offences_are_enforced_as_often_as_asked() {
    let ejections = |enforced_percent| {
        (0..1_000)
            .filter(|&at| {
                let settings = Settings {
                    health_check: None,
                    ejection: Some(Ejection {
                        enforced_percent,
                        ..Ejection::default()
                    }),
                    ..Settings::default()
                };
                let mut cluster = Cluster::new(settings, 2, 7);
                for _ in 0..5 {
                    let failed = Outcome::Failed { latency: MS };
                    cluster.balancer.finished(at * MS, BackendId(0), failed);
                }
                !cluster.balancer.take_transitions().is_empty()
            })
            .count()
    };
    assert_eq!((ejections(0), ejections(100)), (0, 1_000));
    // Standard deviation sqrt(1000 * 0.3 * 0.7) = 14.5: five of them either side.
    assert!(ejections(30).abs_diff(300) <= 72, "{}", ejections(30));
}

/// nginx 1.22.1, `max_fails=3`, smooth turns: `a` closes every third connection, and what it fails is
/// tried at `b`. Who answers 30 requests; as in nginx's `upstream.t`, six of `a` and 24 of `b`.
#[test]
fn nginxs_max_fails() {
    let mut cluster = Cluster::new(nginx(3), 2, 7);
    let mut connections = 0;
    let answers: String = (0..30)
        .map(|request| {
            let now = request * MS;
            let mut tried = Vec::new();
            loop {
                let picked = cluster.pick(now, &tried);
                connections += u32::from(picked == 0);
                if picked == 0 && connections % 3 == 0 {
                    let failed = Outcome::Failed { latency: 0 };
                    cluster.balancer.finished(now, BackendId(0), failed);
                    tried.push(BackendId(0));
                } else {
                    let answered = Outcome::Answered { latency: 0 };
                    cluster.balancer.finished(now, BackendId(picked), answered);
                    break if picked == 0 { 'a' } else { 'b' };
                }
            }
        })
        .collect();
    assert_eq!(answers, "ababbbababbbababbbbbbbbbbbbbbb");
}

fn nginx(max_fails: u32) -> Settings {
    Settings {
        policy: Policy::SmoothWeightedRoundRobin,
        health_check: None,
        ejection: Some(Ejection {
            max_fails: Some(MaxFails {
                max_fails,
                ..MaxFails::default()
            }),
            ..Ejection::default()
        }),
        ..Settings::default()
    }
}

/// From nginx's code: a success clears what is held against a server only if a choice fell on it when the
/// last failure was old.
#[test]
fn nginx_forgets_only_on_a_late_success() {
    let mut cluster = Cluster::new(nginx(2), 2, 7);
    let mut end = |at, outcome| {
        cluster.balancer.handle_timer(at);
        cluster.pick(at, &[BackendId(1)]);
        cluster.balancer.finished(at, BackendId(0), outcome);
        cluster.balancer.take_transitions();
        cluster.balancer.backend(BackendId(0)).unwrap().health
    };
    assert_eq!(end(0, FAILED), Health::Up);
    // A success within ten seconds changes nothing.
    assert_eq!(end(9 * SECOND, ANSWERED), Health::Up);
    let until = 25 * SECOND;
    assert_eq!(end(15 * SECOND, FAILED), Health::Ejected { until });
    // Out until 25 s; then one failure is enough.
    let until = 36 * SECOND;
    assert_eq!(end(26 * SECOND, FAILED), Health::Ejected { until });
    assert_eq!(end(37 * SECOND, ANSWERED), Health::Up);
    assert_eq!(end(38 * SECOND, FAILED), Health::Up);
    let until = 49 * SECOND;
    assert_eq!(end(39 * SECOND, FAILED), Health::Ejected { until });
}

const FAILED: Outcome = Outcome::Failed { latency: 0 };
const ANSWERED: Outcome = Outcome::Answered { latency: 0 };

/// nginx's pick sets `checked`, which shuts the door behind it.
#[test]
fn nginx_lets_one_attempt_through_and_holds_the_rest_until_it_ends() {
    let mut cluster = Cluster::new(nginx(1), 2, 7);
    let others = [BackendId(1)];
    let request = Request {
        key: 0,
        tried: &others,
    };
    let mut rng = Pcg64Mcg::new(7);
    let mut pick = |balancer: &mut Balancer, at| {
        balancer.handle_timer(at);
        balancer.pick(at, &request, &mut rng).is_ok()
    };
    let balancer = &mut cluster.balancer;
    balancer.finished(0, BackendId(0), FAILED);
    assert!(!pick(balancer, 9 * SECOND));
    assert!(pick(balancer, 11 * SECOND));
    assert!(!pick(balancer, 11 * SECOND) && !pick(balancer, 20 * SECOND));
    // One that neither fails nor is answered keeps the door shut for ten seconds.
    assert!(pick(balancer, 21 * SECOND) && !pick(balancer, 21 * SECOND));
    balancer.finished(22 * SECOND, BackendId(0), FAILED);
    assert!(!pick(balancer, 31 * SECOND) && pick(balancer, 32 * SECOND));
    balancer.finished(33 * SECOND, BackendId(0), ANSWERED);
    assert!(pick(balancer, 33 * SECOND) && pick(balancer, 33 * SECOND));
    let because: Vec<_> = balancer
        .take_transitions()
        .iter()
        .map(|it| it.because)
        .collect();
    assert_eq!(
        because,
        [
            Because::Failures { n: 1 },
            Because::EjectionEnded,
            Because::OnTrial,
            Because::EjectionEnded,
            Because::OnTrial,
            Because::EjectionEnded,
            Because::OnTrial,
            Because::TrialPassed,
        ]
    );
}

/// What was under way when a server was taken out, and fails then, keeps it out for the whole time again.
#[test]
fn nginx_counts_the_time_out_from_the_last_failure() {
    let mut cluster = Cluster::new(nginx(1), 2, 7);
    let balancer = &mut cluster.balancer;
    balancer.finished(0, BackendId(0), FAILED);
    balancer.finished(5 * SECOND, BackendId(0), FAILED);
    // A success of then says nothing: it began before the failure.
    balancer.finished(6 * SECOND, BackendId(0), ANSWERED);
    balancer.handle_timer(14 * SECOND);
    let out = Health::Ejected { until: 15 * SECOND };
    assert_eq!(balancer.backend(BackendId(0)).unwrap().health, out);
    balancer.handle_timer(15 * SECOND);
    assert_eq!(balancer.backend(BackendId(0)).unwrap().health, Health::Up);
}
