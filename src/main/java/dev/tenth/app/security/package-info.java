/**
 * Who may use the service: the token, the hosts and origins that requests name, and what every answer tells browsers.
 *
 * <p>Authentication and authorization are Quarkus's own. A request passes, in this order, {@link dev.tenth.app.security.HostFilter},
 * {@link dev.tenth.app.security.OriginFilter}, {@link dev.tenth.app.security.TokenQueryFilter},
 * {@link dev.tenth.app.security.TokenAuthenticationMechanism} and {@link dev.tenth.app.security.DenyByDefaultPolicy}.
 */
package dev.tenth.app.security;
