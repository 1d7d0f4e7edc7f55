/**
 * The training core: staged tensors, programs, optimizers, devices and native memory.
 *
 * <p>It is the only room that knows DJL and libtorch. It imports no other room and no web framework.
 */
package dev.tenth.torch;
