/**
 * The Open Inference Protocol: tensors in JSON and binary form, and pictures instead of them.
 *
 * <p>Of {@code serve} it imports {@code engine}.
 */
package dev.tenth.serve.inference;
