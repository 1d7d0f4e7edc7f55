/**
 * The application: configuration, wiring, health, metrics, security and start-up. It may import every room.
 */
package dev.tenth.app;
