package dev.tenth.serve.engine;

import io.quarkus.vertx.http.runtime.filters.Filters;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Tells a test that the service has noticed the end of a connection. */
@Singleton
public class Connections {
    private static final int FIRST = 100_000;

    private final Set<Integer> closed = ConcurrentHashMap.newKeySet();

    public void watch(@Observes Filters filters) {
        filters.register(
                exchange -> {
                    int port = exchange.request().remoteAddress().port();
                    closed.remove(port); // used by another one before
                    exchange.request().connection().closeHandler(_ -> closed.add(port));
                    exchange.next();
                },
                FIRST);
    }

    /** Whether the connection of a client's port has ended. */
    public boolean isClosed(int port) {
        return closed.contains(port);
    }
}
