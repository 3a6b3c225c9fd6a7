//! desque: events as boxed objects that execute on the state. It cannot cancel.

use crate::model::{Event, Model, Schedule};
use crate::workload::{Contender, Nanos, Tally};
use desque::SimState;
use desque::serial::{OkEvent, Simulation};

#[derive(Debug)]
struct State {
    /// Taken out while an event is executed, since the model schedules on the simulation.
    model: Option<Model<()>>,
    answered: u64,
}

impl SimState<Nanos> for State {
    fn is_complete(&self, _: &Nanos) -> bool {
        let answered = self.model.as_ref().map(|it| it.tally.answered);
        answered.is_none_or(|it| it >= self.answered)
    }
}

struct Queue<'a>(&'a mut Simulation<State, Nanos>);

impl Schedule for Queue<'_> {
    type Timer = ();
    fn after(&mut self, delay: Nanos, event: Event) {
        let at = *self.0.current_time() + delay;
        // Never in the past, which is all that it refuses.
        let _ = self.0.schedule(Happens(event), at);
    }
    fn deadline(&mut self, delay: Nanos, event: Event) {
        self.after(delay, event);
    }
    fn cancel(&mut self, (): ()) {}
}

#[derive(Debug)]
struct Happens(Event);

impl OkEvent<State, Nanos> for Happens {
    fn execute(&mut self, simulation: &mut Simulation<State, Nanos>) {
        let now = *simulation.current_time();
        if let Some(mut model) = simulation.state_mut().model.take() {
            model.take(now, self.0, &mut Queue(simulation));
            simulation.state_mut().model = Some(model);
        }
    }
}

pub struct Peer(Simulation<State, Nanos>);

impl Peer {
    pub fn new(servers: usize) -> Self {
        let mut model = Model::new(servers);
        let first = model.first();
        let state = State {
            model: Some(model),
            answered: 0,
        };
        let mut simulation = Simulation::new(state, 0);
        Queue(&mut simulation).after(first, Event::Call);
        Self(simulation)
    }
}

impl Contender for Peer {
    fn run(&mut self, answered: u64) -> Tally {
        self.0.state_mut().answered = answered;
        let _ = self.0.run();
        let model = self.0.state().model.as_ref();
        model.map(|it| it.tally).unwrap_or_default()
    }
}
