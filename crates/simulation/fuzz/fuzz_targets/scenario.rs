//! Any bytes are read as a scenario file or told of; what is read is written and read as the same.
#![no_main]

use simulation::file::{read, write};

libfuzzer_sys::fuzz_target!(|text: &str| {
    match read(text) {
        Ok(scenario) => assert_eq!(read(&write(&scenario)), Ok(scenario)),
        Err(faults) => assert!(!faults.is_empty()),
    }
});
