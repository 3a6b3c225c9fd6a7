//! All settings of a balancer, and of the calls, changed as one.

use super::World;
use super::build::{check_calls, check_workload};
use super::entities::RoleState;
use crate::action::{Action, ActionError};
use crate::metrics::Tone;
use crate::scenario::Operation;
use rpc::retry::CallPolicy;

impl World {
    pub(super) fn set_balancer(
        &mut self,
        name: &str,
        settings: &balancer::Settings,
    ) -> Result<Action, ActionError> {
        let before = self.balancer_settings(name)?;
        settings
            .validate()
            .map_err(|error| ActionError::Balancer(name.to_owned(), error))?;
        self.configure(name, |balancer, now, rng| {
            // Checks and ejection begin anew when they are set: only if they are others.
            if settings.health_check != before.health_check {
                balancer.set_health_check(now, settings.health_check, rng)?;
            }
            if settings.ejection != before.ejection {
                balancer.set_ejection(now, settings.ejection)?;
            }
            balancer.set_policy(settings.policy.clone())?;
            balancer.set_standing(settings.standing)?;
            balancer.set_slow_start(settings.slow_start)?;
            balancer.set_max_attempts(settings.max_attempts)?;
            balancer.set_attempt_timeout(settings.attempt_timeout)?;
            balancer.set_protection(settings.protection)
        })?;
        if settings.protection != before.protection {
            self.guard_anew(name)?;
        }
        self.mark(format!("{name} changed"), Tone::Change);
        Ok(Action::SetBalancer(name.to_owned(), before))
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
