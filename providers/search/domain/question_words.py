"""Words by which people ask, and that say nothing of what they look for."""

import re

_PHRASES = """
    请问 想问 咨询 你好 您好 谢谢 麻烦 帮忙 帮我 求助 推荐 求推荐 哪里 哪儿 在哪 何处 哪家 哪个 哪些
    哪台 哪种 哪 什么样 什么 怎么样 怎么 怎样 如何 为什么 有没有 能不能 可不可以 是不是 会不会 是否 可否
    能否 可以 能够 我们 我要 我想 我有 咱们 你们 想要 想找 想做 想测 想看 要做 要测 要找 要看 寻找 找到 查找
    需要 需求 打算 准备 希望 计划 一台 一种 一个 一批 一些 一下 几台 几个 这种 这个 这些 这台 那种 那个 某种
    某个 附近 本市 市里 市内 全市 公司 单位 学校 企业 课题组 老师 用来 用于 知道 了解 看看 看一下 做一下
    测一下 进行 关于 对于 哪一种 哪一台 多少 一层 一块 一片 一条 一根 一件 几层 几块 几件 几种
    以后 之后 然后 同时 确认 判断 评估 实验室 对不对 里面的 里面 里的 中的 上的 内的 当中 的话 的 了 吗
    呢 么 吧 啊
"""
"""Phrases at which a sentence falls apart."""
_SPLIT = re.compile("|".join(sorted(_PHRASES.split(), key=len, reverse=True)))

PARTICLES = frozenset(
    "需测做查看拍量验检要想用有是给对把我找在去到请能可会里中上内和与及或跟一个求照得性下好贵谁过不这那我你很太最都也还就"
)
"""Characters that may stand before, behind or between what a person names: 测粒径."""

ELEMENTS = frozenset(
    "氢锂硼碳氮氧氟钠镁铝硅磷硫氯钾钙钛钒铬锰铁钴镍铜锌砷硒溴锶钼银镉锡锑碘铯钡钨铂金汞铊铅铀"
)
"""Words of one character, where nothing else is named: 测汞."""

GENERAL = frozenset(
    """
    分析 检测 测试 测量 测定 试验 实验 化验 检验 检定 鉴定 表征 观察 观测 监测 研究 服务 分析仪 检测仪
    测试仪 测定仪 测量仪 分析仪器 检测设备 测试系统 仪器 设备 系统 装置 机器 仪器设备 样品 试样 样本
    含量 浓度 情况 方法 性能 指标 结果 数据 报告 标准 变化 动态变化 过程
    """.split()  # noqa: SIM905
)
"""Words that stand beside what is looked for, and say little themselves."""

SAMPLES = frozenset(
    """
    水 水样 水质 废水 污水 海水 饮用水 土 土壤 沉积物 空气 废气 大气 食品 蔬菜 水果 粮食 牛奶 奶粉
    蛋白 蛋白质 肉 饲料
    药品 药物 中药 血 血液 血清 血浆 尿 尿液 组织 细胞 动物 小鼠 植物 金属 合金 钢 钢材 钢铁 铝合金
    钛合金 不锈钢 塑料 橡胶 高分子 聚合物 薄膜 涂层 镀层 粉末 粉体 颗粒 陶瓷 玻璃 水泥 混凝土 岩石 矿石
    矿物 煤 石油 油 油品 溶液 液体 固体 气体 电池 芯片 晶圆 半导体 器件 零件 玩具 化妆品 纺织品 金属材料
    高分子材料 复合材料 纳米材料
    大分子 生物大分子 小分子 材料 产品 零部件 电路板 轴承 齿轮 叶片 茶叶 白酒 饮料 纸张 木材 皮革 沥青
    农产品 水产品 中草药 化肥 细菌 头发 大米 小麦 玉米 大豆 花生 坚果 食用油 蜂蜜 水产 硅片 基片 衬底 粉尘
    """.split()  # noqa: SIM905
)
"""What is measured in: who looks for 土壤 重金属 wants the heavy metals measured, best by who knows soil."""

KINDS = frozenset(
    """
    质谱 质谱仪 光谱 光谱仪 色谱 色谱仪 波谱仪 能谱仪 显微镜 电镜 衍射仪 热分析仪 试验机 试验箱 测序仪 测量机
    打印机 光刻机 切片机 离心机 暗室
    """.split()  # noqa: SIM905
)
"""Ends of a name that say the kind of the instrument, whatever stands before them."""

ENGLISH_PHRASES = frozenset(
    """
    i we you me my our us it its this that these those there here is are am was be been do does did done
    can could would should will may might must need needs want wants like looking look find get have has
    had use used using where which what who whom whose how when why any some please help somebody
    someone anyone instrument instruments equipment device devices lab labs laboratory measure measures
    measuring measured determine determining detect detecting at into as if available nearby city near
    analyse analyze analysing analyzing study check checking know they
    """.split()  # noqa: SIM905
)
ENGLISH_GENERAL = frozenset(
    """
    test tests testing tester measurement measurements analysis analyses analyser analyzer determination
    detection machine system service sample samples content method water soil food air blood metal steel
    spectroscopy spectrometry technique techniques
    plastic plastics polymer polymers powder powders film films material materials
    """.split()  # noqa: SIM905
)


ASIDE = GENERAL | ENGLISH_GENERAL | SAMPLES
"""Words that are no condition where something else is named."""


def split_sentence(text: str) -> list[str]:
    """Return what a sentence without blanks names, without the phrases around it."""
    return [part for part in _SPLIT.split(text) if not PARTICLES.issuperset(part)]
