package dev.tenth.torch;

import ai.djl.pytorch.jni.LibUtils;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * libtorch's switch for algorithms of cuDNN that give the same bits each time. By default the gradients of convolutions are sums in
 * whatever order threads finish, and a resumed run would differ from one that was not interrupted. Neither DJL nor TorchScript
 * reaches the switch, so it is called in libtorch itself.
 */
final class DeterministicConvolutions {
    private static final System.Logger LOG = System.getLogger(DeterministicConvolutions.class.getName());
    private static boolean tried;

    private DeterministicConvolutions() {}

    /** Switches it on, once for the process; where that cannot be done, says so in the log. */
    static synchronized void require() {
        if (tried) {
            return;
        }
        tried = true;
        try {
            set(true);
        } catch (Throwable e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "this libtorch cannot be told to convolve deterministically: runs with convolutions on a GPU do not resume bit for bit",
                    e);
        }
    }

    /** {@code at::globalContext().setDeterministicCuDNN(on)}. */
    private static void set(boolean on) throws Throwable {
        function(
                        "_ZN2at7Context21setDeterministicCuDNNEb",
                        FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.JAVA_BOOLEAN))
                .invokeExact(context(), on);
    }

    /** {@code at::globalContext().deterministicCuDNN()}. */
    static boolean areOn() throws Throwable {
        return (boolean) function(
                        "_ZNK2at7Context18deterministicCuDNNEv",
                        FunctionDescriptor.of(ValueLayout.JAVA_BOOLEAN, ValueLayout.ADDRESS))
                .invokeExact(context());
    }

    private static MemorySegment context() throws Throwable {
        return (MemorySegment) function("_ZN2at13globalContextEv", FunctionDescriptor.of(ValueLayout.ADDRESS))
                .invokeExact();
    }

    /** A C++ function of libtorch, by its mangled name. */
    private static MethodHandle function(String symbol, FunctionDescriptor descriptor) {
        Path library = Path.of(LibUtils.getLibtorchPath(), System.mapLibraryName("torch_cpu"));
        SymbolLookup torch = SymbolLookup.libraryLookup(library, Arena.global());
        return Linker.nativeLinker().downcallHandle(torch.findOrThrow(symbol), descriptor);
    }
}
