package dev.tenth.app.security;

import io.quarkus.vertx.http.runtime.security.SecurityHandlerPriorities;

/** In what order the filters see a request: higher first, all before Quarkus authenticates it. */
final class FilterOrder {
    static final int HOST = SecurityHandlerPriorities.CORS + 200;
    static final int ORIGIN = SecurityHandlerPriorities.CORS + 100;
    static final int TOKEN_QUERY = SecurityHandlerPriorities.AUTHENTICATION + 50;

    private FilterOrder() {}
}
