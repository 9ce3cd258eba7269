package inkhorn.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.node.ObjectNode;
import inkhorn.data.files.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The JSON header of a safetensors file, written and read; the format is described at
 * https://github.com/huggingface/safetensors#format. Nothing in a header is believed before it is checked.
 */
final class SafetensorsHeader {
    static final String METADATA = "__metadata__";

    /** The reference implementation's limit: a header beyond it is an attack or not a header. */
    static final long MAX_BYTES = 100_000_000;

    // Jackson would keep names for the next file; those of a hostile header should not stay in memory.
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .build();

    private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    private SafetensorsHeader() {}

    /** In the order of the header. */
    Map<String, TensorInfo> tensors() {
        return tensors;
    }

    Map<String, String> metadata() {
        return metadata;
    }

    /** What is wrong with a header, without the file's name: the reader adds that and what to do. */
    static final class Malformed extends Exception {
        Malformed(String message) {
            super(message);
        }
    }

    /**
     * The header's bytes with its length in front, padded with spaces so that the data begin at a multiple of 8.
     *
     * @param shapes of the tensors by name, in their order
     */
    static byte[] encode(Map<String, int[]> shapes, Map<String, String> metadata, Dtype dtype) throws IOException {
        ObjectNode json = Json.MAPPER.createObjectNode();
        if (!metadata.isEmpty()) {
            json.putPOJO(METADATA, metadata);
        }
        long offset = 0;
        for (Map.Entry<String, int[]> tensor : shapes.entrySet()) {
            long end = offset + Arrays.stream(tensor.getValue()).asLongStream().reduce(dtype.bytes(), (x, y) -> x * y);
            ObjectNode entry = json.putObject(tensor.getKey()).put("dtype", dtype.name());
            entry.putPOJO("shape", tensor.getValue()).putPOJO("data_offsets", new long[] {offset, end});
            offset = end;
        }
        byte[] text = Json.MAPPER.writeValueAsBytes(json);
        int length = (text.length + Long.BYTES - 1) / Long.BYTES * Long.BYTES;
        byte[] bytes = new byte[Long.BYTES + length];
        Arrays.fill(bytes, (byte) ' ');
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length).put(text);
        return bytes;
    }

    /**
     * Reads and checks a header.
     *
     * @param bytes     the JSON with its padding
     * @param dataBytes how many bytes follow it in the file; the tensors must cover them exactly
     */
    static SafetensorsHeader decode(byte[] bytes, long dataBytes) throws Malformed {
        SafetensorsHeader header = new SafetensorsHeader();
        // Decoded here because Jackson would accept UTF-16 and UTF-32 too, and would replace malformed bytes.
        Reader text = new InputStreamReader(new ByteArrayInputStream(bytes), StandardCharsets.UTF_8.newDecoder());
        try (JsonParser json = JSON.createParser(text)) {
            header.parse(json);
        } catch (CharacterCodingException e) {
            throw new Malformed("header is not UTF-8");
        } catch (JsonProcessingException e) {
            throw new Malformed("header is not JSON (" + quote(e.getOriginalMessage()) + ")");
        } catch (IOException e) {
            throw new Malformed("header cannot be read (" + e.getMessage() + ")");
        }
        header.checkLayout(dataBytes);
        return header;
    }

    private void parse(JsonParser json) throws IOException, Malformed {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw new Malformed("header is not a JSON object");
        }
        boolean metadataSeen = false;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            json.nextToken();
            boolean duplicate;
            if (name.equals(METADATA)) {
                duplicate = metadataSeen;
                metadataSeen = true;
                parseMetadata(json);
            } else {
                duplicate = tensors.put(name, parseTensor(name, json)) != null;
            }
            if (duplicate) {
                throw new Malformed(quote(name) + " appears in the header twice");
            }
        }
        if (json.nextToken() != null) {
            throw new Malformed("header has more than one JSON value");
        }
    }

    private void parseMetadata(JsonParser json) throws IOException, Malformed {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw new Malformed(METADATA + " is not a JSON object");
        }
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String key = json.currentName();
            if (json.nextToken() != JsonToken.VALUE_STRING) {
                throw new Malformed(METADATA + " entry " + quote(key) + " is not a string");
            }
            metadata.put(key, json.getText());
        }
    }

    private static TensorInfo parseTensor(String name, JsonParser json) throws IOException, Malformed {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw new Malformed("entry of tensor " + quote(name) + " is not a JSON object");
        }
        Set<String> fields = new HashSet<>();
        Dtype dtype = null;
        long[] shape = null;
        long[] offsets = null;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            if (!fields.add(field)) {
                throw new Malformed("tensor " + quote(name) + " has " + quote(field) + " twice");
            }
            json.nextToken();
            switch (field) {
                case "dtype" -> dtype = dtype(name, json);
                case "shape" -> shape = numbers(name, "shape", json);
                case "data_offsets" -> offsets = numbers(name, "data_offsets", json);
                default -> json.skipChildren();
            }
        }
        if (dtype == null || shape == null || offsets == null) {
            throw new Malformed("tensor " + quote(name) + " lacks dtype, shape or data_offsets");
        }
        if (offsets.length != 2 || offsets[0] > offsets[1]) {
            throw new Malformed("tensor " + quote(name) + " has data_offsets " + brief(offsets)
                    + ", not a begin and an end");
        }
        long length = offsets[1] - offsets[0];
        long wanted = byteCount(name, shape, dtype);
        if (wanted != length) {
            throw new Malformed("tensor " + quote(name) + " of type " + dtype + " and shape " + brief(shape)
                    + " needs " + wanted + " bytes, its data_offsets span " + length);
        }
        return new TensorInfo(name, dtype, Arrays.stream(shape).mapToInt(Math::toIntExact).toArray(),
                offsets[0], offsets[1]);
    }

    private static Dtype dtype(String name, JsonParser json) throws IOException, Malformed {
        String text = json.currentToken() == JsonToken.VALUE_STRING ? json.getText() : "";
        for (Dtype dtype : Dtype.values()) {
            if (dtype.name().equals(text)) {
                return dtype;
            }
        }
        throw new Malformed("tensor " + quote(name) + " has the unknown dtype " + quote(text));
    }

    private static long[] numbers(String name, String field, JsonParser json) throws IOException, Malformed {
        List<Long> numbers = new ArrayList<>();
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw new Malformed(field + " of tensor " + quote(name) + " is not an array");
        }
        while (json.nextToken() != JsonToken.END_ARRAY) {
            boolean fits = json.currentToken() == JsonToken.VALUE_NUMBER_INT
                    && json.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
            if (!fits || json.getLongValue() < 0) {
                throw new Malformed(field + " of tensor " + quote(name) + " holds " + quote(json.getText())
                        + ", not a whole number from 0 to 2^63-1");
            }
            numbers.add(json.getLongValue());
        }
        return numbers.stream().mapToLong(Long::longValue).toArray();
    }

    private static long byteCount(String name, long[] shape, Dtype dtype) throws Malformed {
        try {
            long bytes = dtype.bytes();
            for (long size : shape) {
                bytes = Math.multiplyExact(bytes, (long) Math.toIntExact(size));
            }
            return bytes;
        } catch (ArithmeticException e) {
            throw new Malformed("shape " + brief(shape) + " of tensor " + quote(name) + " overflows");
        }
    }

    /** As the reference does. */
    private void checkLayout(long dataBytes) throws Malformed {
        Optional<String> fault = MappedTensors.layoutFault(tensors.values(), dataBytes, 1);
        if (fault.isPresent()) {
            throw new Malformed(fault.get());
        }
    }

    private static String quote(String text) {
        return CheckpointException.quote(text);
    }

    private static String brief(long[] numbers) {
        return numbers.length <= 8 ? Arrays.toString(numbers) : "of " + numbers.length + " dimensions";
    }
}
