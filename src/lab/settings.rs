//! What one training is told, as types; checked ranges come from the kind's schema.

/// Everything that decides a training besides the data and the seed.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The recurrent cell.
    pub cell: Cell,
    /// Hidden units of each layer; at least 1.
    pub hidden: usize,
    /// Recurrent layers on top of one another; at least 1.
    pub layers: usize,
    /// Probability that an output of a layer below the last is dropped while training, in `0.0..1.0`.
    pub dropout: f32,
    /// What stands in front of the first recurrent layer.
    pub conv: Conv,
    /// Sequences in a batch; at least 1.
    pub batch: usize,
    /// Epochs at most; at least 1.
    pub epochs: u32,
    /// Adam's learning rate at the start; above 0.
    pub learning_rate: f64,
    /// Weight decay added to the gradient (coupled); 0 switches it off.
    pub weight_decay: f64,
    /// The learning rate's factor when the validation loss is on a plateau, in `0.0..1.0`.
    pub plateau_factor: f64,
    /// Epochs without improvement that the scheduler bears.
    pub plateau_patience: u32,
    /// Epochs without improvement after which training stops.
    pub stop_patience: u32,
}

/// The recurrent cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Gated recurrent unit: three gates.
    Gru,
    /// Long short-term memory: four gates and a cell state.
    Lstm,
}

/// What stands in front of the first recurrent layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conv {
    /// Nothing.
    None,
    /// A convolution over time: as many channels out as in, kernel 3, padding 1, no activation.
    Same,
}
