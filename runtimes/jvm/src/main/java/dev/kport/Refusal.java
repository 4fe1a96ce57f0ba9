package dev.kport;

/** A request that can't be answered: its message says what was expected, what was received, what to do. */
final class Refusal extends RuntimeException {
    Refusal(String message) {
        super(message);
    }
}
