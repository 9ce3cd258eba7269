package inkhorn.bench.step;

import inkhorn.bench.torch.TorchProcess;
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
            command.addAll(TorchProcess.jvmOptions(options.home(), build.blas()));
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
            TorchProcess.setUp(process.environment(), options.threads(), setting.environment);
        }
        return process;
    }
}
