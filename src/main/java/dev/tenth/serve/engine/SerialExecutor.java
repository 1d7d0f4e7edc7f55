package dev.tenth.serve.engine;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Runs tasks one after the other, in the order in which they came, on the threads of a pool. After each task the thread goes
 * back to the pool, so that models which share a thread take turns.
 */
public final class SerialExecutor implements Executor {
    private final Executor pool;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private boolean running;

    public SerialExecutor(Executor pool) {
        this.pool = pool;
    }

    @Override
    public void execute(Runnable task) {
        synchronized (this) {
            waiting.add(task);
            if (running) {
                return;
            }
            running = true;
        }
        pool.execute(this::run);
    }

    private void run() {
        Runnable task;
        synchronized (this) {
            task = waiting.remove();
        }
        try {
            task.run();
        } finally {
            boolean more;
            synchronized (this) {
                more = !waiting.isEmpty();
                running = more;
            }
            if (more) {
                again();
            }
        }
    }

    private void again() {
        try {
            pool.execute(this::run);
        } catch (RejectedExecutionException _) {
            // The pool leaves, and nobody waits for these any more.
        }
    }
}
