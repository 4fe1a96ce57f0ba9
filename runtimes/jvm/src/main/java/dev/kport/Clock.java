package dev.kport;

/** Milliseconds. */
final class Clock {
    private Clock() {}

    static double since(long start) {
        return (System.nanoTime() - start) / 1e6;
    }
}
