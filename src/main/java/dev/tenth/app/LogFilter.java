package dev.tenth.app;

import io.quarkus.logging.LoggingFilter;
import java.util.logging.Filter;
import java.util.logging.LogRecord;

/**
 * Leaves out what Vert.x says of a client that went away in the middle of its upgrade to a WebSocket: it completes the upgrade that
 * has failed already, and nothing follows from it.
 */
@LoggingFilter(name = "tenth")
public final class LogFilter implements Filter {
    @Override
    public boolean isLoggable(LogRecord entry) {
        return !(entry.getThrown() instanceof IllegalStateException late
                && "Result is already complete".equals(late.getMessage())
                && isUpgrade(late.getStackTrace()));
    }

    private static boolean isUpgrade(StackTraceElement[] trace) {
        for (StackTraceElement call : trace) {
            if (call.getMethodName().equals("createWebSocket")) {
                return true;
            }
        }
        return false;
    }
}
