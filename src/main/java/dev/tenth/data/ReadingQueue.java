package dev.tenth.data;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Reads files one after the other, on a thread of its own: what they may take of memory and processors is taken once. */
final class ReadingQueue implements AutoCloseable {
    private final ThreadPoolExecutor thread;

    /** @param waiting readings that wait at the same time; one more is refused */
    ReadingQueue(String name, int waiting) {
        this.thread = new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(waiting),
                Thread.ofPlatform().name(name).daemon().factory());
    }

    /**
     * What a reading finds, later. Cancelling the future takes the reading out of the queue, or interrupts it.
     *
     * @throws Library.BusyException if too many wait, or the library is closed
     */
    <T> CompletableFuture<T> submit(Callable<T> reading) {
        CompletableFuture<T> found = new CompletableFuture<>();
        Future<?> task;
        try {
            task = thread.submit(() -> {
                try {
                    if (!found.isDone()) {
                        found.complete(reading.call());
                    }
                } catch (Throwable e) { // an OutOfMemoryError ends this reading, and is told to whom it concerns
                    found.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            throw new Library.BusyException("data: %d uploads are waiting to be read; try again later"
                    .formatted(thread.getQueue().size()));
        }
        found.whenComplete((_, _) -> {
            if (found.isCancelled()) {
                task.cancel(true);
                thread.remove((Runnable) task);
            }
        });
        return found;
    }

    /** Interrupts what is read, and forgets what waits. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
