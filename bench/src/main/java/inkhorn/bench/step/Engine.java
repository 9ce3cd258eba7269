package inkhorn.bench.step;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One contender and how its process is started.
 *
 * @param build what computes
 * @param setting for libtorch, its waiting and memory setting; else {@link Setting#DEFAULT}
 * @param precision of the forward and backward pass; Inkhorn's is float32
 * @param variant for an Inkhorn that takes part beside the one that all are compared with, how it differs; else empty
 */
record Engine(Build build, Setting setting, Precision precision, String variant) {
    /** The one that all are compared with. */
    static final Engine INKHORN = variant("");

    static Engine variant(String variant) {
        return new Engine(Build.INKHORN, Setting.DEFAULT, Precision.FLOAT32, variant);
    }

    static Engine torch(Build build, Setting setting) {
        return new Engine(build, setting, Precision.FLOAT32, "");
    }

    /** The same libtorch as nanoGPT runs it with {@code dtype='bfloat16'}. */
    Engine inBfloat16() {
        return new Engine(build, setting, Precision.BFLOAT16, variant);
    }

    /** What computes. */
    enum Build {
        INKHORN,
        /** libtorch's official build, with MKL. */
        MKL,
        /** libtorch as it comes with its Java bindings, with OpenBLAS. */
        OPENBLAS;

        boolean isTorch() {
            return this != INKHORN;
        }

        String blas() {
            return this == MKL ? "MKL" : "OpenBLAS";
        }
    }

    /** Of the arithmetic. */
    enum Precision {
        FLOAT32,
        /** libtorch's autocast: products and attention in bfloat16, weights, updates and sums in float32. */
        BFLOAT16
    }

    /** What a user of libtorch would try; the best of them takes part. */
    enum Setting {
        DEFAULT(Map.of()),
        /** Idle threads sleep at once, where the default spins for a while. */
        PASSIVE(Map.of("OMP_WAIT_POLICY", "PASSIVE", "KMP_BLOCKTIME", "0")),
        /** Huge pages for tensors, as Inkhorn's JVM asks for them. */
        THP(Map.of("THP_MEM_ALLOC_ENABLE", "1")),
        PASSIVE_THP(Map.of("OMP_WAIT_POLICY", "PASSIVE", "KMP_BLOCKTIME", "0", "THP_MEM_ALLOC_ENABLE", "1"));

        private final Map<String, String> environment;

        Setting(Map<String, String> environment) {
            this.environment = environment;
        }

        /** As the command line has it. */
        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The name in tables. */
    String label() {
        if (build.isTorch()) {
            return "torch " + build.blas() + (precision == Precision.BFLOAT16 ? " bf16" : "") + suffix();
        }
        return variant.isEmpty() ? "Inkhorn" : "Inkhorn, " + variant;
    }

    private String suffix() {
        return setting == Setting.DEFAULT ? "" : " (" + setting.label() + ")";
    }

    /** A process of this engine for one model, not started yet. */
    ProcessBuilder process(StepOptions options, String model, boolean dropout) {
        List<String> command = new ArrayList<>();
        if (build.isTorch()) {
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(torchOptions(options.home()));
        } else {
            command.add(options.java().toString());
            command.addAll(options.jvm());
        }
        command.addAll(List.of("-Dinkhorn.log=WARN", "-cp",
                build.isTorch() ? System.getProperty("java.class.path") : options.classPath(),
                "inkhorn.bench.step.StepWorker", build.isTorch() ? StepWorker.TORCH + build.blas() : StepWorker.INKHORN,
                model, "" + options.threads(), "" + dropout, precision.name(), "" + options.recomputesBlocks()));
        ProcessBuilder process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        if (build.isTorch()) {
            setUp(process.environment(), options.threads());
        }
        return process;
    }

    private List<String> torchOptions(Path home) {
        List<String> options = new ArrayList<>(List.of(
                // A JVM that hardly shows in the memory measured: tensors are not on its heap.
                "-Xmx1g", "-Xmn8m", "-XX:+UseSerialGC",
                // Tensors are freed at the end of their scope: no collector thread, and no collections at a memory
                // limit.
                "-Dorg.bytedeco.javacpp.nopointergc=true", "-Dorg.bytedeco.javacpp.maxBytes=0",
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0", "-Dorg.bytedeco.javacpp.logger=slf4j",
                "-Dorg.bytedeco.javacpp.cachedir=" + home.resolve("javacpp")));
        if (build == Build.MKL) {
            options.add("-Dorg.bytedeco.javacpp.pathsFirst=true");
            options.add("-Djava.library.path="
                    + home.resolve(Path.of("libtorch-mkl", "pytorch", "cpu", "linux-x86_64")));
        }
        return options;
    }

    private void setUp(Map<String, String> environment, int threads) {
        // Left over from elsewhere, these choose kernels for another processor.
        environment.keySet()
                .removeAll(List.of("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OMP_WAIT_POLICY", "OMP_PROC_BIND",
                "GOMP_SPINCOUNT", "KMP_BLOCKTIME", "GOMP_CPU_AFFINITY", "THP_MEM_ALLOC_ENABLE", "ATEN_CPU_CAPABILITY",
                "ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA", "MKL_ENABLE_INSTRUCTIONS"));
        for (String name : List.of("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")) {
            environment.put(name, "" + threads);
        }
        environment.putAll(setting.environment);
    }
}
