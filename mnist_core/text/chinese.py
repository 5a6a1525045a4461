"""The catalogue in Simplified Chinese, in the terms of the article."""

CHINESE: dict[str, str] = {
    # The tag of this language in `<html lang>`.
    "language.tag": "zh-CN",
    # --- config and settings ----------------------------------------------------------------------
    "config.model": "网络",
    "config.epochs": "训练轮数",
    "config.batch_size": "批大小",
    "config.learning_rate": "学习率",
    "config.schedule": "学习率的变化",
    "config.dropout": "Dropout",
    "config.augmentation": "数据增强",
    "config.optimizer": "优化器",
    "config.seed": "随机种子",
    "config.empty": "空",
    "config.not_a_choice": "“{setting}”只能从 {choices} 中选，不能是“{value}”。",
    "config.not_whole": "“{setting}”要填 {low:,} 到 {high:,} 的整数，不能是“{value}”。",
    "config.not_above_zero": "“{setting}”要填大于 0、不超过 {high} 的数，不能是“{value}”。",
    "config.not_in_range": "“{setting}”要填 {low} 到 {high} 的数，不能是“{value}”。",
    # --- networks ---------------------------------------------------------------------------------
    "model.simple_nn.title": "SimpleNN",
    "model.simple_nn.advice": "文章里的网络：把图像展平，经过一个隐藏层，给每个数字打一个分。",
    "model.dropout_nn.title": "加了 Dropout 的 SimpleNN",
    "model.dropout_nn.advice": "如果测试准确率落后于训练准确率，Dropout 层可以缩小这个差距。",
    "model.deep_nn.title": "两个隐藏层",
    "model.deep_nn.advice": "再加一个隐藏层，网络就更深了：它能分清更多的数字吗？",
    "model.cnn.title": "卷积神经网络",
    "model.cnn.advice": "用 Conv2d（卷积层）代替 Linear，图像始终是图像，准确率能超过 99%。",
    "model.unknown": "没有名叫 {name} 的网络。可以选：{choices}。",
    "model.no_dropout": "{name} 没有 Dropout 层。有 Dropout 层的是：{choices}。",
    # --- data -------------------------------------------------------------------------------------
    "data.offline": (
        "{root} 里没有 MNIST，也没能下载下来。{damage}请连上网络再试，或者把这四个文件（解压后的或"
        " .gz 的都可以）复制到 {raw}：{files}。如果它们在别处，请让环境变量 MNIST_DATA"
        " 指向含有 MNIST/raw 的文件夹。"
    ),
    "data.disk_full": (
        "{root} 里没有 MNIST，磁盘已满，也没能下载。{damage}请腾出空间再试，或者把这四个文件"
        "（解压后的或 .gz 的都可以）复制到 {raw}：{files}。如果它们在别处，请让环境变量 MNIST_DATA"
        " 指向含有 MNIST/raw 的文件夹。"
    ),
    "data.unwritable": (
        "{root} 里没有 MNIST，这个文件夹又不能写入，没能下载。{damage}请让它可以写入再试，"
        "或者把这四个文件（解压后的或 .gz 的都可以）复制到 {raw}：{files}。"
        "如果它们在别处，请让环境变量 MNIST_DATA 指向含有 MNIST/raw 的文件夹。"
    ),
    "data.damaged": "其中损坏的有：{files}。",
    "data.incomplete": "{root} 里的 MNIST 不完整，缺少或损坏的有：{files}。",
    "data.not_mnist": "下载到的不是 MNIST。",
    # --- training ---------------------------------------------------------------------------------
    "training.wrong_shapes": (
        "图像的形状要是 [batch, 1, 28, 28]，标签的要是 [batch]，而不是 {images} 和 {labels}。"
    ),
    "training.exploded": (
        "第 {epoch} 轮第 {step} 批，损失猛增到 {loss:,.0f}：学习率 {rate:g} 太大，"
        "每一步都迈过了头，梯度爆炸了。试试 {retry_rate:g}。"
    ),
    "training.not_a_number": (
        "第 {epoch} 轮第 {step} 批，损失变成了 NaN：学习率 {rate:g} 太大，"
        "每一步都迈过了头，梯度爆炸了。试试 {retry_rate:g}。"
    ),
    # --- plots ------------------------------------------------------------------------------------
    "plot.articles_title": "每轮的训练损失",
    "plot.epoch": "轮次",
    "plot.loss": "损失",
    "plot.training_loss": "训练损失",
    "plot.accuracy": "准确率（%）",
    "plot.test": "测试",
    "plot.training": "训练",
    # --- evaluation and calibration ---------------------------------------------------------------
    "calibration.temperature": "温度",
    "calibration.sure_from": "网络有把握的最低概率",
    # --- checkpoints and archives -----------------------------------------------------------------
    "checkpoint.settings_lack": "设置里缺少 {names}。",
    "checkpoint.not_a_figure": "{name} 不是 0 到 {most:,} 的数。",
    "checkpoint.missing": "没有文件 {path}。",
    "checkpoint.not_a_file": "{name} 不是文件。",
    "checkpoint.too_large": "{name} 太大了，不可能是这里的权重文件。",
    "checkpoint.no_state_dict": "{name} 里没有 state_dict（名称 → 权重）。",
    "checkpoint.not_pytorchs": "{name} 不是 PyTorch 的权重文件。",
    "checkpoint.fits_none": "{name} 里的权重不属于这里的任何网络：{choices}。",
    "checkpoint.not_floats": "{name} 里的权重不是浮点数。",
    "checkpoint.not_finite": "{name} 里有的权重是无穷大，或者不是数。",
    "archive.too_many_entries": "压缩包里的条目太多。",
    "archive.name_twice": "有一个名称出现了两次。",
    "archive.compressed": "压缩包经过压缩，而 PyTorch 从不压缩。",
    "archive.too_large": "压缩包解开后比它自己还大。",
    "archive.other_pickle": "压缩包里除了权重的 pickle 还有别的。",
    "archive.wrong_length": "有一块存储声称的长度与它的条目不符。",
    "pickle.too_long": "pickle 太长。",
    "pickle.instruction": "state_dict 用不到指令 {name}。",
    "pickle.found_again": "在 state_dict 里，只有名称和张量会再次出现。",
    "pickle.no_storage": "这里引用的不是存储。",
    "pickle.two_kinds": "同一块存储说成了两种类型。",
    "pickle.no_dict": "往字典以外的东西里放了条目。",
    "pickle.no_weights": "字典里放的不是“名称 → 权重”。",
    "pickle.attributes": "只有 state_dict 可以有属性。",
    "pickle.metadata": "state_dict 除了元数据没有别的属性。",
    "pickle.other_result": "pickle 造出来的不是字典。",
    "pickle.other_call": "pickle 的调用方式与 torch.save 不同。",
    "pickle.outside": "有一个张量超出了它的存储。",
    "pickle.not_natural": "有一个长度或位置不是从 0 起的整数。",
    # --- experiments ------------------------------------------------------------------------------
    "experiment.cnn.title": "卷积神经网络",
    "experiment.cnn.suggestion": "把 Linear（全连接层）换成 Conv2d（卷积层）。",
    "experiment.cnn.expectation": "准确率从 96%～97% 升到将近 99%，代价是七倍的计算量。",
    "experiment.deep.title": "第二个隐藏层",
    "experiment.deep.suggestion": "把全连接网络加深一层。",
    "experiment.deep.expectation": "持平或略好，差别还不如换一个随机种子大。",
    "experiment.dropout.title": "Dropout",
    "experiment.dropout.suggestion": "训练准确率比测试准确率高出一截时，加一个 Dropout 层。",
    "experiment.dropout.expectation": "15 轮之后，泛化差距缩小三分之一，测试准确率大致不变。",
    "experiment.augmentation.title": "数据增强",
    "experiment.augmentation.suggestion": (
        "为了防止过拟合，每次都给网络看略有变化的图像，而不是反复看同一批。"
    ),
    "experiment.augmentation.expectation": (
        "泛化差距消失：每张图像都是新的，所以训练损失会高一些，训练也更久。"
    ),
    "experiment.step.title": "学习率调度器",
    "experiment.step.suggestion": "用 StepLR 在训练过程中逐步降低学习率。",
    "experiment.step.expectation": "最后几轮更平稳，结果不那么依赖随机种子。",
    "experiment.batch.title": "更大的批",
    "experiment.batch.suggestion": "每步看 128 或 256 张图像，梯度更稳定，每轮也更快。",
    "experiment.batch.expectation": "每轮只要一半时间，但步数只有四分之一：五轮学到的略少。",
    "experiment.small_rate.title": "更小的学习率",
    "experiment.small_rate.suggestion": "如果损失变成 NaN，试试 0.0001。",
    "experiment.small_rate.expectation": "稳妥但慢：五轮之后约 94%，而且还在上升。",
    "experiment.large_rate.title": "过大的学习率",
    "experiment.large_rate.suggestion": "损失变成 NaN，多半是因为每一步都太大，梯度爆炸了。",
    "experiment.large_rate.expectation": (
        "头几批损失就爆炸，训练随即停下；学习率降到十分之一就好了。"
    ),
    "experiment.sgd.title": "普通的梯度下降",
    "experiment.sgd.suggestion": "换一个优化器，看看收敛得多快。",
    "experiment.sgd.expectation": (
        "约 87%：用 Adam 的学习率，普通 SGD 就太慢了；换成 0.1，它和 Adam 一样准。"
    ),
    # What differs from other settings, in a few words.
    "change.list": "{first}，{others}",
    "change.model.simple_nn": "SimpleNN",
    "change.model.dropout_nn": "加了 Dropout 的 SimpleNN",
    "change.model.deep_nn": "两个隐藏层",
    "change.model.cnn": "卷积神经网络",
    "change.epochs": "{value} 轮",
    "change.batch_size": "批大小 {value}",
    "change.learning_rate": "学习率 {value}",
    "change.schedule.none": "学习率不变",
    "change.schedule.step": "StepLR",
    "change.schedule.one_cycle": "one-cycle 学习率",
    "change.dropout": "Dropout {value}",
    "change.dropout.own": "网络自带的 Dropout",
    "change.augmentation.none": "不做数据增强",
    "change.augmentation.affine": "轻微旋转平移",
    "change.augmentation.handwriting": "他人的笔迹",
    "change.optimizer.adam": "Adam",
    "change.optimizer.sgd": "普通 SGD",
    "change.seed": "随机种子 {value}",
    "verdict.one_seed.unclear": (
        "与基准相比，变体的准确率变化了 {mean:+.2f} 个百分点。光是换一个随机种子，差别就可能这么大"
        "（约 {chance:.1f}）：先多跑几个种子，再下结论。"
    ),
    "verdict.one_seed.clear": (
        "与基准相比，变体的准确率变化了 {mean:+.2f} 个百分点，"
        "超过了随机种子带来的波动（{chance:.1f}）。"
    ),
    "verdict.seeds.unclear": (
        "用 {seeds} 个随机种子，准确率平均变化 {mean:+.2f} ± {margin:.2f} 个百分点：区间里含有 0，"
        "可能只是偶然。"
    ),
    "verdict.seeds.clear": (
        "用 {seeds} 个随机种子，准确率平均变化 {mean:+.2f} ± {margin:.2f} 个百分点：不是偶然。"
    ),
    # --- generated programs -----------------------------------------------------------------------
    # What the article's program prints.
    "article.images": "图像批次 Shape: {shape}",
    "article.labels": "标签批次 Shape: {shape}",
    "article.device": "模型已移动到: {device}",
    "article.begins": "开始训练...",
    "article.epoch": "Epoch [{epoch}/{epochs}], Loss: {loss}",
    "article.ends": "训练完成!",
    "article.accuracy": "测试集上的准确率: {accuracy}",
    # Its comments: what a line is there for.
    "program.title": "在 MNIST 上训练 {network}。",
    "program.setup": "1. 准备",
    "program.seed": "随机种子相同，随机数就相同，实验才能复现",
    "program.data": "2. 数据",
    "program.normalize": (
        "ToTensor 把 [0, 255] 变成 [0, 1]，Normalize 再变成 [-1, 1]：数值小，收敛得更快"
    ),
    "program.loaders": "训练时打乱顺序，免得网络把顺序也记住",
    "program.look": "先取一批数据看看形状：形状不对是最常见的错误",
    "program.model": "3. 模型",
    "program.simple_nn": "784 个像素和 10 个数字之间，有一个 128 个神经元的隐藏层。",
    "program.dropout_nn": "SimpleNN，但训练时每次随机关掉一部分隐藏神经元。",
    "program.deep_nn": "有两个隐藏层的 SimpleNN。",
    "program.cnn": "两个卷积层在图像各处寻找笔画，后面接两个全连接层。",
    "program.forward": "前向传播：图像 [batch, 1, 28, 28] → 每个数字一个得分 [batch, 10]。",
    "program.optimising": "4. 损失函数与优化器",
    "program.softmax": "网络末尾不用加 Softmax：CrossEntropyLoss 里已经包含了",
    "program.adam": "Adam 会为每个权重自动调整步长",
    "program.sgd": "普通的梯度下降：所有权重用同一个步长，所以学习率要选好",
    "program.step": "先大步走，后小步走：最后几轮会更平稳",
    "program.one_cycle": "学习率先升后降，只走一个来回，每一批之后变一点",
    "program.training": "5. 训练",
    "program.affine": "每次都让图像略有变化，网络就没法死记硬背",
    "program.handwriting": "他人写的数字，还有不是数字的东西，让网络两样都见过",
    "program.zero_grad": "先清空梯度：PyTorch 默认会累加，否则上一批的还在里面",
    "program.backward": "反向传播：算出损失对每个权重的梯度",
    "program.update": "每个权重沿着梯度往下走一步",
    "program.item": "只取数值：张量会把整个计算过程都留在内存里",
    "program.curve": "6.1 损失曲线",
    "program.accuracy": "6.2 测试集上的准确率",
    "program.eval": "切换到评估模式：关闭 Dropout，BatchNorm 改用学到的统计量",
    "program.no_grad": "评估时不需要梯度，这样更快，也更省内存",
    "program.argmax": "十个得分里最高的那个，就是认出的数字",
    "program.saving": "7. 保存",
    "program.weights": "只保存权重；用 load_state_dict 可以装回同样结构的网络",
    # --- preprocessing and drawings ---------------------------------------------------------------
    "drawing.not_strokes": "手写要给成笔画的列表，每一笔是 [x, y] 点的列表。",
    "drawing.too_long": "一幅手写最多 {strokes:,} 笔、{points:,} 个点。",
    "drawing.not_points": "手写的每个点都要是 [x, y]，两个大小合理的数。",
    "picture.missing": "没有图片文件 {path}。",
    "picture.too_large": "{name} 超过了 {most} MB。",
    "picture.unreadable": "{name} 不是能读取的图片，能读取的有：{kinds} 和 {last}。",
    "picture.too_many_pixels": "{name} 超过了 {most}00 万像素。",
    "picture.too_slow": "{name} 读取太久，放弃了。",
    "picture.outside": "选中的部分在这张 {width}×{height} 的图片之外。",
    "drawings.label": "标签要是 0 到 9 的数字。",
    "drawings.blank": "什么也没写。",
    "drawings.missing": "没有手写文件 {path}。",
    "drawings.too_large": "文件解压后最多 {most} MB。",
    "drawings.not_json": "这个文件不是 JSON。",
    "drawings.no_list": "文件里要有手写的列表，至少一个。",
    "drawings.too_many": "文件里最多 {most:,} 幅手写，不能有 {count:,} 幅。",
    "drawings.damaged": "文件用 gzip 压缩过，但已损坏。",
    "drawings.no_object": "要有一个含 label 和 strokes 的对象。",
    "drawings.in_file": "{name}：{problem}",
    "drawings.in_entry": "第 {number} 幅手写：{problem}",
    # --- inspection -------------------------------------------------------------------------------
    # --- the command line -------------------------------------------------------------------------
    "cli.description": "训练、测试和使用文章里的手写数字网络。",
    "cli.usage": "用法：",
    "cli.positional": "参数：",
    "cli.options": "选项：",
    "cli.help": "显示这份帮助，然后退出",
    "cli.language": "帮助、消息和错误所用的语言，写在命令前后都可以；默认：终端的语言",
    "cli.train": "训练一个网络并保存",
    "cli.start": "从已保存的网络的权重接着训练，而不是从随机权重开始",
    "cli.keep": "把 --start 的权重按这个比例混入要保存的权重，0 到 1；默认：0",
    "cli.threads": "CPU 线程数；默认：由 PyTorch 决定",
    "cli.out": "权重存到哪里，旁边的 .json 是它的元数据；默认：MODEL_mnist.pth",
    "cli.code": "按这些设置打印一个独立的程序",
    "cli.comments": "程序的注释和输出用哪种语言，或不要注释；默认：本命令的语言",
    "cli.evaluate": "在 10,000 张测试图像或手写文件上测试已保存的网络",
    "cli.drawings": "改为在这个文件上测试：{entries} 的列表，.json 或 .json.gz",
    "cli.calibrate": "用一半的测试图像找出已保存的网络什么时候才算有把握",
    "cli.predict": "识别图片文件，每张一个数字",
    "cli.json": "每行打印一个 JSON 对象",
    "cli.data": (
        "含有 MNIST/raw 的文件夹，没有时就下载到这里；默认：环境变量 MNIST_DATA，否则 ./data"
    ),
    "cli.default": "默认：{value}",
    "cli.models_own": "网络自带的值",
    "cli.invalid_choice": "{name}：没有 {value} 这个选项（可以选 {choices}）",
    "cli.invalid_value": "{name}：{value} 不是有效的 {kind} 值",
    "cli.expected_one": "{name}：后面要跟一个值",
    "cli.expected_some": "{name}：后面至少要跟一个值",
    "cli.ambiguous": "{name} 有歧义，可能是 {names}",
    "cli.required": "缺少参数：{names}",
    "cli.unrecognized": "不认识的参数：{names}",
    "cli.keep_range": "--keep 要在 0 到 1 之间，并且要和 --start 一起用。",
    "cli.other_model": "--start：{path} 里是 {found}，不是 {wanted}。",
    "cli.threads_range": "--threads 要在 1 到 {most} 之间，不能是 {value}。",
    "cli.out_name": "--out 要给出以 .pth 结尾的文件名，不能是 {path}。",
    "cli.out_folder": "--out：文件夹 {path} 不能写入。",
    "cli.epoch": "第 {epoch} 轮",
    "cli.saved": "已保存到 {path}",
    "cli.loss": "测试集上的损失：{loss:.4f}",
    "cli.drawings_accuracy": "{count:,} 幅手写上的准确率：{accuracy:percent}",
    "cli.confusion": "每一行是想写的数字，每一列是认成的数字。",
    "cli.accuracy_column": "  准确率",
    "cli.temperature": "温度：{temperature:.3f}",
    "cli.sure_from": "有把握的最低概率：{share:.1%}",
    "cli.reading": "{path}：{digit}（{share:.1%}）",
    "cli.unsure_reading": "{path}：{digit}（{share:.1%}，拿不准）",
    "cli.blank": "{path} 是空白的：没有可以识别的数字。",
    # --- the page ---------------------------------------------------------------------------------
    "page.title": "用 PyTorch 识别手写数字",
    "page.summary": "写一个数字，小小的神经网络边写边认。再亲手训练一个，看着它学会。",
    "page.language": "语言",
    "tab.draw": "手写",
    "tab.train": "训练",
    "tab.experiments": "实验",
    "tab.runs": "记录",
    # --- the Draw tab -----------------------------------------------------------------------------
    # --- the pipeline -----------------------------------------------------------------------------
    # --- inside a network -------------------------------------------------------------------------
    # --- the Train tab ----------------------------------------------------------------------------
    # --- the settings form ------------------------------------------------------------------------
    # --- a run in words ---------------------------------------------------------------------------
    "run.epoch_over": "第 {epoch} 轮结束。",
    # --- the Experiments tab ----------------------------------------------------------------------
    # --- the Runs tab -----------------------------------------------------------------------------
    # --- sessions and files -----------------------------------------------------------------------
    # --- jobs -------------------------------------------------------------------------------------
    # --- endpoints and limits ---------------------------------------------------------------------
}
