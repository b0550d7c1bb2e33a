//! The grid of models: those of the report, and a few narrow ones.

use recount::lab::settings::{Cell, Conv, Settings};

/// One model and its batch.
pub struct Case {
    /// What it is asked for by.
    pub name: &'static str,
    cell: Cell,
    conv: Conv,
    hidden: usize,
    layers: usize,
    batch: usize,
}

const fn gru(name: &'static str, hidden: usize, layers: usize, batch: usize) -> Case {
    Case { name, cell: Cell::Gru, conv: Conv::None, hidden, layers, batch }
}

/// Every case, from the cheapest model up.
pub const CASES: [Case; 13] = [
    gru("h16", 16, 1, 32),
    gru("h32", 32, 1, 32),
    gru("h64", 64, 1, 32),
    gru("h128", 128, 1, 32),
    gru("h256", 256, 1, 32),
    gru("h128-b64", 128, 1, 64),
    gru("h128-b16", 128, 1, 16),
    gru("h128-b4", 128, 1, 4),
    gru("h128x3-b4", 128, 3, 4),
    gru("h128x5-b16", 128, 5, 16),
    gru("h128x7-b16", 128, 7, 16),
    Case { cell: Cell::Lstm, ..gru("lstm128", 128, 1, 32) },
    Case { conv: Conv::Same, ..gru("conv-h64x3", 64, 3, 32) },
];

impl Case {
    /// Gives the settings of a training that nothing ends before its last epoch.
    pub fn settings(&self, epochs: u32) -> Settings {
        Settings {
            cell: self.cell,
            hidden: self.hidden,
            layers: self.layers,
            dropout: 0.5,
            conv: self.conv,
            batch: self.batch,
            epochs,
            learning_rate: 1e-3,
            weight_decay: 1e-5,
            plateau_factor: 0.5,
            plateau_patience: 5,
            stop_patience: u32::MAX,
        }
    }
}
