//! DSLab's simcore: events as boxed data to a component, times as doubles (whole nanoseconds, so
//! that they are exact), cancelled by number.

use crate::model::{Event, Model, Schedule};
use crate::workload::{Contender, Nanos, Tally};
use simcore::{Event as Delivered, EventHandler, EventId, Simulation, SimulationContext};
use std::cell::RefCell;
use std::rc::Rc;

struct Queue(SimulationContext);

impl Schedule for Queue {
    type Timer = EventId;
    fn after(&mut self, delay: Nanos, event: Event) {
        self.deadline(delay, event);
    }
    fn deadline(&mut self, delay: Nanos, event: Event) -> EventId {
        self.0.emit_self(event, delay as f64)
    }
    fn cancel(&mut self, timer: EventId) {
        self.0.cancel_event(timer);
    }
}

struct Component {
    queue: Queue,
    model: Model<EventId>,
}

impl EventHandler for Component {
    fn on(&mut self, event: Delivered) {
        if let Ok(what) = event.data.downcast::<Event>() {
            self.model.take(event.time as Nanos, *what, &mut self.queue);
        }
    }
}

pub struct Peer {
    simulation: Simulation,
    component: Rc<RefCell<Component>>,
}

impl Peer {
    pub fn new(servers: usize) -> Self {
        let mut simulation = Simulation::new(1);
        let mut component = Component {
            queue: Queue(simulation.create_context("cluster")),
            model: Model::new(servers),
        };
        component.queue.after(component.model.first(), Event::Call);
        let component = Rc::new(RefCell::new(component));
        simulation.add_handler("cluster", component.clone());
        Self {
            simulation,
            component,
        }
    }
}

impl Contender for Peer {
    fn run(&mut self, answered: u64) -> Tally {
        while self.component.borrow().model.tally.answered < answered && self.simulation.step() {}
        self.component.borrow().model.tally
    }
}
