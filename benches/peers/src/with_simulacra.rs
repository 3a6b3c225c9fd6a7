//! simulacra: its `Simulation`, stepped. It cannot cancel.

use crate::model::{Event, Model, Schedule};
use crate::workload::{Contender, Nanos, Tally};
use simulacra::{Duration, Simulation};

struct Queue(Simulation<Event>);

impl Schedule for Queue {
    type Timer = ();
    fn after(&mut self, delay: Nanos, event: Event) {
        self.0.schedule_in(Duration::from_nanos(delay), event);
    }
    fn deadline(&mut self, delay: Nanos, event: Event) {
        self.after(delay, event);
    }
    fn cancel(&mut self, (): ()) {}
}

pub struct Peer {
    queue: Queue,
    model: Model<()>,
}

impl Peer {
    pub fn new(servers: usize) -> Self {
        let (mut queue, mut model) = (Queue(Simulation::new()), Model::new(servers));
        queue.after(model.first(), Event::Call);
        Self { queue, model }
    }
}

impl Contender for Peer {
    fn run(&mut self, answered: u64) -> Tally {
        while self.model.tally.answered < answered
            && let Some(next) = self.queue.0.step()
        {
            let now = next.time.as_nanos();
            self.model.take(now, next.event, &mut self.queue);
        }
        self.model.tally
    }
}
