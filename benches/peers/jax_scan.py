"""The notebook protocol in JAX on one thread: `python3 benches/peers/jax_scan.py DATA CASE`.

A whole training step is one compiled function: the input's product for all steps at once, a scan over time,
the gradients, Adam. There is one such function for each padded length; compiling it is not counted.
"""

import os
import time

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["JAX_PLATFORMS"] = "cpu"

import jax
import numpy
from jax import lax, nn, numpy as jnp, random

from notebook import DROPOUT, LABELS, case, take_turns

jax.config.update("jax_default_prng_impl", "rbg")
cell, hidden, layers, train, valid = case()
GATES = {"gru": 3, "lstm": 4}[cell]


def initial():
    """Draws the parameters from PyTorch's distribution; weights are `[from, to]`."""
    draw, bound = numpy.random.default_rng(1), hidden**-0.5
    uniform = lambda *shape: jnp.asarray(draw.uniform(-bound, bound, shape), jnp.float32)
    recurrent = [
        {
            "input": uniform(3 if layer == 0 else hidden, GATES * hidden),
            "state": uniform(hidden, GATES * hidden),
            "input_bias": uniform(GATES * hidden),
            "state_bias": uniform(GATES * hidden),
        }
        for layer in range(layers)
    ]
    return {"recurrent": recurrent, "linear": uniform(hidden, LABELS), "bias": uniform(LABELS)}


def gru(layer, state, from_input):
    (state,) = state
    from_state = state @ layer["state"] + layer["state_bias"]
    input_reset, input_update, input_new = jnp.split(from_input, 3, -1)
    state_reset, state_update, state_new = jnp.split(from_state, 3, -1)
    reset, update = nn.sigmoid(input_reset + state_reset), nn.sigmoid(input_update + state_update)
    new = jnp.tanh(input_new + reset * state_new)
    return ((1 - update) * new + update * state,)


def lstm(layer, state, from_input):
    state, memory = state
    gates = from_input + state @ layer["state"] + layer["state_bias"]
    enter, forget, new, leave = jnp.split(gates, 4, -1)
    memory = nn.sigmoid(forget) * memory + nn.sigmoid(enter) * jnp.tanh(new)
    return nn.sigmoid(leave) * jnp.tanh(memory), memory


def logits_of(parameters, inputs, key):
    """Gives the logits of a `[row, step, channel]` batch; a key means dropout."""
    sequence = inputs.swapaxes(0, 1)
    rows = inputs.shape[0]
    step = {"gru": gru, "lstm": lstm}[cell]
    for index, layer in enumerate(parameters["recurrent"]):
        top = index + 1 == layers
        start = (jnp.zeros((rows, hidden)),) * (1 if cell == "gru" else 2)

        def advance(state, from_input, layer=layer, top=top):
            state = step(layer, state, from_input)
            return state, None if top else state[0]

        last, sequence = lax.scan(advance, start, sequence @ layer["input"] + layer["input_bias"])
        if not top and key is not None:
            key, own = random.split(key)
            kept = random.bernoulli(own, 1 - DROPOUT, sequence.shape)
            sequence = jnp.where(kept, sequence / (1 - DROPOUT), 0.0)
    return last[0] @ parameters["linear"] + parameters["bias"]


def loss_of(parameters, inputs, labels, key):
    logits = logits_of(parameters, inputs, key)
    return -jnp.take_along_axis(nn.log_softmax(logits), labels[:, None], 1).mean(), logits


@jax.jit
def training_step(parameters, means, squares, count, key, inputs, labels):
    key, own = random.split(key)
    (loss, _), gradients = jax.value_and_grad(loss_of, has_aux=True)(parameters, inputs, labels, own)
    count = count + 1
    each = jax.tree.map
    gradients = each(lambda gradient, parameter: gradient + 1e-5 * parameter, gradients, parameters)
    means = each(lambda mean, gradient: 0.9 * mean + 0.1 * gradient, means, gradients)
    squares = each(lambda square, gradient: 0.999 * square + 0.001 * gradient**2, squares, gradients)
    rate, scale = 1e-3 / (1 - 0.9**count), (1 - 0.999**count) ** -0.5
    move = lambda parameter, mean, square: parameter - rate * mean / (jnp.sqrt(square) * scale + 1e-8)
    return (each(move, parameters, means, squares), means, squares, count, key), loss


@jax.jit
def validation_step(parameters, inputs, labels):
    loss, logits = loss_of(parameters, inputs, labels, None)
    return loss, (logits.argmax(1) == labels).mean()


compiled = set()
parameters = initial()
zeros = jax.tree.map(jnp.zeros_like, parameters)
state = (parameters, zeros, zeros, jnp.float32(0), random.key(1))


def compile_seconds(function, *arguments):
    """Compiles for the shapes of these arguments where that is not done, and gives the CPU time it took."""
    shape = (function, arguments[-2].shape)
    if shape in compiled:
        return 0.0
    # The step before may still be running: JAX returns before it is done.
    jax.block_until_ready(arguments)
    start = time.process_time()
    jax.block_until_ready(function(*arguments))
    compiled.add(shape)
    return time.process_time() - start


def epoch():
    global state
    not_counted, losses, scores = 0.0, [], []
    for batch in train.epoch():
        not_counted += compile_seconds(training_step, *state, *batch)
        state, loss = training_step(*state, *batch)
        losses.append(loss)
    for batch in valid.epoch():
        not_counted += compile_seconds(validation_step, state[0], *batch)
        scores.append(validation_step(state[0], *batch))
    jax.block_until_ready(scores)
    return float(numpy.mean(losses)), not_counted


take_turns(epoch)
