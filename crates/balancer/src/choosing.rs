//! The choice itself: whose turn a policy says it is, by what scores, with what weights.

use rand_core::Rng;

use crate::field::Field;
use crate::policy::memory::{Memory, Seen};
use crate::policy::{self, Choice};
use crate::uniform::below;
use crate::{Backend, BackendId, Balancer, Because, Health, Nanos, NoBackend, Policy, Request};

impl Balancer {
    pub(crate) fn choose(
        &mut self,
        now: Nanos,
        request: &Request<'_>,
        rng: &mut impl Rng,
    ) -> Result<Choice, NoBackend> {
        self.prepare(now, rng);
        let level = self.choose_level(request.key, rng);
        let by_load = matches!(self.settings.policy, Policy::WeightedLeastRequest { .. });
        let equal = by_load && self.weights_are_equal();
        let mut field = Field::of(&mut self.members, request.tried, level)?;
        let key = request.key;
        Ok(match (&self.settings.policy, &mut self.memory) {
            (Policy::RoundRobin, _) => policy::round_robin::choose(&mut field, self.choices + 1),
            (Policy::SmoothWeightedRoundRobin, _) => policy::smooth_weighted::choose(&mut field),
            (Policy::LeastRequest, _) => policy::least_request::choose(&mut field),
            (Policy::PowerOfTwoChoices, _) => policy::two_choices::choose(&field, rng),
            (Policy::PeakEwma { .. }, _) => policy::peak_ewma::choose(&mut field, now, rng),
            (Policy::WeightedRandom, _) => policy::weighted_random::choose(&field, rng),
            (Policy::RandomTwo, _) => policy::random_two::choose(&mut field, rng),
            (
                &Policy::PowerOfChoices {
                    choices,
                    replacement,
                },
                _,
            ) => policy::choices::choose(&field, choices, replacement, rng),
            (Policy::LeastConnections, _) => policy::least_connections::choose(&field),
            (Policy::JoinIdleQueue, _) => policy::idle_queue::choose(&field, rng),
            (Policy::LeastTime, _) => policy::least_time::choose(&mut field, now),
            (Policy::Rendezvous, _) => policy::rendezvous::choose(&field, key),
            (Policy::SourceHash, _) => policy::source_hash::choose(&mut field, key),
            (Policy::KeyHash, _) => policy::key_hash::choose(&mut field, key),
            (by, Memory::Ring(ring)) => policy::ring_hash::choose(&field, ring, by.on_ring(key)),
            (&Policy::BoundedLoad { factor }, Memory::Circle(circle)) => {
                policy::bounded_load::choose(&field, circle, key, factor)
            }
            (_, Memory::Circle(circle)) => policy::nearest_hash::choose(&field, circle, key),
            (_, Memory::Table(table)) => policy::maglev::choose(&field, table, key),
            (by @ Policy::MapHash { .. }, Memory::Map(map)) => {
                policy::map_hash::choose(&field, map, key, by)
            }
            (_, Memory::Map(map)) => map.choose(&field),
            (_, Memory::Turns(turns)) => turns.choose(&field),
            (&Policy::WeightedLeastRequest { bias }, Memory::Schedule(schedule)) => {
                policy::weighted_least_request::choose(schedule, &field, (bias, equal), rng)
            }
            (_, Memory::Schedule(schedule)) => {
                schedule.choose(&field, &|place| field.backend(place).weight_f64())
            }
            (_, Memory::Stride(stride)) => stride.choose(&field),
            (
                &Policy::Prequal {
                    probes,
                    hot_percent,
                },
                Memory::Probes(pool),
            ) => pool.choose(now, &field, (probes, hot_percent), rng),
            // Random itself; every other policy has its memory.
            _ => policy::random::choose(&field, rng),
        })
    }

    /// Which priority a call goes to, if several have a share: by one draw, or by the client's hash where
    /// that is the policy. Else a client would have one backend of each priority, and go to and fro
    /// between them; Envoy, too, takes the hash modulo 100 there.
    fn choose_level(&self, key: u64, rng: &mut impl Rng) -> usize {
        let levels = &self.members.levels;
        let loaded = |level: &&crate::members::Level| level.load.percent > 0;
        if levels.len() < 2 || levels.iter().filter(loaded).count() < 2 {
            return levels
                .iter()
                .position(|level| level.load.percent > 0)
                .unwrap_or(0);
        }
        let mut rest = if self.settings.policy.goes_by_key() {
            (policy::ring_hash::hash_key(key) % 100) as u32
        } else {
            below(rng, 100)
        };
        for (index, level) in levels.iter().enumerate() {
            if rest < level.load.percent {
                return index;
            }
            rest -= level.load.percent;
        }
        0
    }

    pub(crate) fn count(&mut self, now: Nanos, choice: Choice) -> BackendId {
        self.choices += 1;
        self.moves += 1;
        let backend = &mut self.members.list[choice.place];
        backend.active += 1;
        backend.moved = self.moves;
        backend.picked += 1;
        let id = backend.id;
        if let Some(rule) = self.settings.ejection.and_then(|it| it.max_fails)
            && backend.health == Health::Up
            && backend.ejection.fails.picked(now, &rule)
        {
            self.eject(now, choice.place, 100, |_| Because::OnTrial);
        }
        id
    }

    /// Whether all that stand weigh the same.
    fn weights_are_equal(&self) -> bool {
        let list = &self.members.list;
        let mut weights = self
            .members
            .standing()
            .map(|place| list[place as usize].weight_now);
        let first = weights.next();
        weights.all(|weight| Some(weight) == first)
    }

    /// Brings weights in slow start and the policy's memory up to date.
    pub(crate) fn prepare(&mut self, now: Nanos, rng: &mut impl Rng) {
        if self.warming > 0 {
            self.warm(now);
        }
        let current = Seen::of(&self.members);
        if self.seen != current {
            self.memory
                .refresh(&self.settings.policy, &self.members, self.seen, rng);
            self.seen = current;
        }
    }

    /// Starts a backend's slow start, if that is on.
    pub(crate) fn warm_up(&mut self, now: Nanos, place: usize) {
        if self.settings.slow_start.is_none() {
            return;
        }
        let backend = &mut self.members.list[place];
        self.warming += u32::from(backend.warming_since.is_none());
        backend.warming_since = Some(now);
        self.warm(now);
    }

    /// Gives everyone in slow start the weight of the hour.
    fn warm(&mut self, now: Nanos) {
        let Some(slow_start) = self.settings.slow_start else {
            return;
        };
        for backend in &mut self.members.list {
            let Some(since) = backend.warming_since else {
                continue;
            };
            let elapsed = now.saturating_sub(since);
            let whole = backend.weight * 100;
            let mut weight = libm::round(f64::from(whole) * slow_start.factor(elapsed)) as u32;
            if elapsed >= slow_start.window {
                weight = whole;
                backend.warming_since = None;
                self.warming -= 1;
            }
            self.members.weighed += u64::from(weight != backend.weight_now);
            backend.weight_now = weight.max(1);
        }
    }

    /// What the policy would compare of each backend in the list at `now`; nothing is disturbed.
    pub(crate) fn scores(&self, now: Nanos, request: &Request<'_>) -> Vec<Option<f64>> {
        let list = &self.members.list;
        let of = |score: &dyn Fn(usize, &Backend) -> Option<f64>| {
            list.iter()
                .enumerate()
                .map(|(place, it)| score(place, it))
                .collect()
        };
        let percent = |shares: Vec<Option<f64>>| {
            shares
                .into_iter()
                .map(|share| share.map(|share| share * 100.0))
                .collect()
        };
        let key = self.settings.policy.on_ring(request.key);
        match (&self.settings.policy, &self.memory) {
            (Policy::RoundRobin, _) => of(&|_, b| Some((self.choices - b.turn) as f64)),
            (Policy::SmoothWeightedRoundRobin, _) => {
                of(&|_, b| Some(b.current_weight as f64 / 100.0 + b.weight_f64()))
            }
            (Policy::LeastRequest | Policy::RandomTwo, _) => {
                of(&|_, b| Some(f64::from(b.active) / b.weight_f64()))
            }
            (
                Policy::PowerOfTwoChoices | Policy::PowerOfChoices { .. } | Policy::JoinIdleQueue,
                _,
            ) => of(&|_, b| Some(f64::from(b.active))),
            (Policy::PeakEwma { .. }, _) => of(&|_, b| b.cost_at(now).map(|cost| cost / 1e6)),
            (Policy::WeightedRandom, _) => of(&|_, b| Some(b.weight_f64())),
            (Policy::LeastConnections, _) => {
                of(&|_, b| Some(policy::least_connections::key(b) as f64))
            }
            (Policy::LeastTime, _) => {
                of(&|_, b| Some(policy::least_time::estimate(b, now) as f64 / b.weight_f64()))
            }
            (Policy::Rendezvous, _) => of(&|_, b| Some(policy::rendezvous::score(b, key))),
            (_, Memory::Ring(ring)) => percent(ring.distances(key, list.len())),
            (_, Memory::Circle(circle)) => {
                let hash = policy::nearest_hash::hash_key(request.key);
                percent(circle.distances(hash, list.len()))
            }
            (_, Memory::Table(table)) => percent(table.shares(list.len())),
            (Policy::StaticRoundRobin, Memory::Map(map)) => of(&|place, _| map.wait(place)),
            (_, Memory::Turns(turns)) => of(&|place, _| turns.wait(place)),
            (Policy::WeightedLeastRequest { .. }, _) if self.weights_are_equal() => {
                of(&|_, b| Some(f64::from(b.active)))
            }
            (_, Memory::Schedule(schedule)) => of(&|place, _| schedule.wait(place)),
            (_, Memory::Stride(stride)) => of(&|place, _| stride.wait(place)),
            (&Policy::Prequal { hot_percent, .. }, Memory::Probes(pool)) => {
                of(&|_, b| pool.score(now, b.id, hot_percent))
            }
            _ => vec![None; list.len()],
        }
    }
}
