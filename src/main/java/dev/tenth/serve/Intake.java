package dev.tenth.serve;

import java.util.concurrent.atomic.AtomicLong;

/** The memory of the bodies of all requests that are under way, and of large answers, within a bound. Safe for many threads. */
final class Intake {
    private final long most;
    private final AtomicLong held = new AtomicLong();

    /**
     * @param most bytes
     */
    Intake(long most) {
        this.most = most;
    }

    /** Takes so many bytes more, unless there is no room for them. {@link #release} must follow. */
    boolean take(long bytes) {
        if (held.addAndGet(bytes) <= most) {
            return true;
        }
        held.addAndGet(-bytes);
        return false;
    }

    void release(long bytes) {
        held.addAndGet(-bytes);
    }
}
