/**
 * Text: completions as OpenAI's clients know them, {@code generate} beside the Open Inference Protocol, and a WebSocket.
 *
 * <p>Of {@code serve} it imports {@code engine}, and from {@code inference} the form of errors.
 */
package dev.tenth.serve.text;
