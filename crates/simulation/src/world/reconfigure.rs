//! All settings of a balancer, and of the calls, changed as one.

use super::World;
use super::build::{check_calls, check_workload};
use super::entities::RoleState;
use crate::action::{Action, ActionError};
use crate::metrics::Tone;
use crate::scenario::Operation;
use balancer::Settings;
use rpc::retry::CallPolicy;

impl World {
    /// Changes some of a balancer's settings; gives all of them as they were.
    pub(super) fn change_balancer(
        &mut self,
        name: &str,
        change: impl FnOnce(&mut Settings),
    ) -> Result<Settings, ActionError> {
        let mut settings = self.balancer_settings(name)?;
        change(&mut settings);
        self.configure(name, &settings)
    }

    pub(super) fn set_balancer(
        &mut self,
        name: &str,
        settings: &Settings,
    ) -> Result<Action, ActionError> {
        let before = self.configure(name, settings)?;
        self.mark(
            format!("{name}: {}", what_changed(&before, settings)),
            Tone::Change,
        );
        Ok(Action::SetBalancer(name.to_owned(), before))
    }

    /// Gives a balancer its settings, and leaves alone what is as it was: checks, ejection and
    /// budgets begin anew when they are set.
    fn configure(&mut self, name: &str, settings: &Settings) -> Result<Settings, ActionError> {
        let before = self.balancer_settings(name)?;
        let refused = |error| ActionError::Balancer(name.to_owned(), error);
        settings.validate().map_err(refused)?;
        let (id, now) = (self.find(name)?, self.now);
        let alive = self.alive(id);
        if let Some(proxy) = self.proxy_mut(id) {
            let (balancer, rng) = (&mut proxy.balancer, &mut proxy.choices);
            let mut done = balancer.set_policy(settings.policy.clone());
            if settings.health_check != before.health_check {
                done = done.and(balancer.set_health_check(now, settings.health_check, rng));
            }
            if settings.ejection != before.ejection {
                done = done.and(balancer.set_ejection(now, settings.ejection));
            }
            if settings.standing != before.standing {
                done = done.and(balancer.set_standing(settings.standing));
            }
            if settings.slow_start != before.slow_start {
                done = done.and(balancer.set_slow_start(settings.slow_start));
            }
            done.and(balancer.set_max_attempts(settings.max_attempts))
                .and(balancer.set_attempt_timeout(settings.attempt_timeout))
                .and(balancer.set_protection(settings.protection))
                .map_err(refused)?;
        }
        if alive {
            self.after_balancer(id);
        }
        if settings.protection != before.protection {
            self.guard_anew(name)?;
        }
        Ok(before)
    }

    pub(super) fn set_calls(&mut self, policy: &CallPolicy) -> Result<Action, ActionError> {
        check_calls(policy)?;
        let before = std::mem::replace(&mut self.settings.call_policy, *policy);
        if policy.retry_budget != before.retry_budget {
            // Each client has a new one from its next call on.
            for node in self.nodes.iter_mut().flatten() {
                if let RoleState::Lan(lan) = &mut node.role {
                    lan.clients.iter_mut().for_each(|it| it.budget = None);
                }
            }
        }
        self.mark("calls changed".to_owned(), Tone::Change);
        Ok(Action::SetCalls(before))
    }

    pub(super) fn set_workload(&mut self, workload: &[Operation]) -> Result<Action, ActionError> {
        check_workload(workload)?;
        let before = std::mem::replace(&mut self.settings.workload, workload.to_vec());
        self.mark("workload changed".to_owned(), Tone::Change);
        Ok(Action::SetWorkload(before))
    }
}

/// A change of a balancer's settings in a word or two: the first that differs.
fn what_changed(before: &Settings, now: &Settings) -> &'static str {
    if now.policy.name() != before.policy.name() {
        now.policy.name()
    } else if now.policy != before.policy {
        "policy changed"
    } else if now.health_check != before.health_check {
        match now.health_check {
            Some(_) => "health checks changed",
            None => "no health checks",
        }
    } else if now.ejection != before.ejection {
        match now.ejection {
            Some(_) => "ejection changed",
            None => "no ejection",
        }
    } else if now.protection != before.protection {
        "protection changed"
    } else if now.slow_start != before.slow_start {
        "slow start changed"
    } else if now.standing != before.standing {
        "priorities changed"
    } else if now.max_attempts != before.max_attempts {
        "attempts changed"
    } else {
        "timeout changed"
    }
}
