package dev.tenth.http;

import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.atomic.AtomicLong;

/** The memory that the bodies of all requests under way and large answers take together, within a bound. Safe for many threads. */
public final class MemoryBudget {
    private final long most;
    private final AtomicLong held = new AtomicLong();

    /**
     * @param most bytes
     */
    public MemoryBudget(long most) {
        this.most = most;
    }

    /** Takes so many bytes, unless there is no room for them; {@link #release} must follow. */
    public boolean take(long bytes) {
        if (held.addAndGet(bytes) <= most) {
            return true;
        }
        held.addAndGet(-bytes);
        return false;
    }

    /** Gives bytes back that were taken. */
    public void release(long bytes) {
        held.addAndGet(-bytes);
    }

    /**
     * Takes so many bytes until the exchange ends, by its answer or by its client.
     *
     * @param what names them in the error
     * @throws Problem.Exception if there is no room for them
     */
    public void hold(RoutingContext exchange, String what, long bytes) {
        if (!take(bytes)) {
            throw new Problem.Exception(503, "No room", what + ": not enough memory now; try again later");
        }
        if (exchange.response().ended() || exchange.response().closed()) {
            release(bytes); // nobody would tell us any more
        } else {
            exchange.addEndHandler(_ -> release(bytes));
        }
    }

    /** Bytes that are held. */
    public long held() {
        return held.get();
    }
}
