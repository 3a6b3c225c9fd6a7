//! What a measurement needs of a run and a page does not: every finished call, and time-averages
//! from counters that know nothing of the calls' own records.

use super::World;
use super::entities::RoleState;
use crate::ids::NodeId;
use crate::record::CallRecord;
use crate::time::Nanos;

impl World {
    /// Takes out the finished calls that are kept, oldest first. Only the last few hundred are
    /// kept: whoever wants all takes them after every few events. The run itself is the same.
    pub fn take_finished(&mut self) -> impl Iterator<Item = CallRecord> + '_ {
        self.finished.drain(..).map(|record| *record)
    }

    /// Keeps every finished call until it is taken, however many end at one instant.
    pub fn keep_all_finished(&mut self) {
        self.calls_kept = usize::MAX;
    }

    /// Calls that are at a server now, waiting or being served; 0 for others.
    #[must_use]
    pub fn at_server(&self, server: NodeId) -> u32 {
        match self.node_ref(server).map(|node| &node.role) {
            Some(RoleState::Server(server)) => (server.queue.len() + server.running.len()) as u32,
            _ => 0,
        }
    }

    /// How many cores a server has and how many of them work now; none for others. One that lost
    /// cores has those that still work until they are done.
    #[must_use]
    pub fn cores(&self, server: NodeId) -> (u32, u32) {
        match self.node_ref(server).map(|node| &node.role) {
            Some(RoleState::Server(server)) => {
                let at_work = server.cores_at_work() as u32;
                (server.spec.cores.max(at_work), at_work)
            }
            _ => (0, 0),
        }
    }

    /// Calls under way now, counted from the calls themselves.
    #[must_use]
    pub fn calls_in_flight(&self) -> u64 {
        self.calls.len() as u64
    }

    /// Core time that a server has worked since the start, its cores taken together; 0 for others.
    #[must_use]
    pub fn core_time(&self, server: NodeId) -> Nanos {
        match self.node_ref(server).map(|node| &node.role) {
            Some(RoleState::Server(server)) => {
                server.busy + (self.now - server.busy_at) * server.cores_at_work()
            }
            _ => 0,
        }
    }
}
