package dev.tenth.serve.engine;

import dev.tenth.torch.DType;
import dev.tenth.torch.TensorSource;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * A tensor of a state that asks for room before it is read.
 *
 * @param room is told how many bytes, and throws if there is no room for them
 */
record AdmittedTensor(TensorSource tensor, LongConsumer room) implements TensorSource {

    /** All tensors of a state: what is not read of it asks for nothing. */
    static Map<String, TensorSource> all(Map<String, TensorSource> state, LongConsumer room) {
        Map<String, TensorSource> admitted = new LinkedHashMap<>();
        state.forEach((name, tensor) -> admitted.put(name, new AdmittedTensor(tensor, room)));
        return admitted;
    }

    @Override
    public DType type() {
        return tensor.type();
    }

    @Override
    public long[] shape() {
        return tensor.shape();
    }

    @Override
    public void writeTo(WritableByteChannel channel) throws IOException {
        room.accept(byteCount());
        tensor.writeTo(channel);
    }
}
