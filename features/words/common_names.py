"""The most common names of Japan and of the English-speaking world, in normal form."""

from typing import Final

SURNAMES: Final = (
    "佐藤 鈴木 高橋 田中 伊藤 渡辺 渡邊 渡部 山本 中村 小林 加藤 吉田 山田 佐々木 山口 "
    "松本 井上 木村 斎藤 斉藤 齋藤 清水 山崎 池田 橋本 阿部 石川 山下 中島 石井 小川 前田 "
    "岡田 長谷川 藤田 後藤 近藤 村上 遠藤 青木 坂本 藤井 西村 福田 太田 三浦 岡本 松田 "
    "中川 中野 原田 小野 田村 竹内 金子 和田 中山 藤原 石田 上田 森田 柴田 酒井 工藤 横山 "
    "宮崎 宮本 内田 高木 安藤 谷口 大野 丸山 今井 高田 藤本 武田 村田 上野 杉山 増田 平野 "
    "大塚 千葉 久保 松井 小島 岩崎 桜井 野口 松尾 野村 木下 菊地 佐野 大西 杉本 新井 浜田 "
    "菅原 市川 水野 小松 島田 古川 小山 高野 西田 菊池 山内 西川 五十嵐 北村 安田 中田 "
    "川口 平田 川崎 本田 久保田 吉川 飯田 沢田 辻 関 吉村 渡 荒木 岩田 服部 中西 富田 "
    "川村 東野 田口 松岡 土屋 永井 大橋 川上 片山 堀 秋山 福島 矢野 松村 馬場 広瀬 浅野 "
    "大久保 石原 樋口"
)
LATIN: Final = (
    "james john robert michael william david richard joseph thomas charles christopher "
    "daniel matthew anthony mark donald steven paul andrew joshua kenneth kevin brian "
    "george edward ronald timothy jason jeffrey ryan jacob gary nicholas eric jonathan "
    "stephen larry justin scott brandon benjamin samuel gregory frank alexander raymond "
    "patrick jack dennis jerry tyler aaron henry mary patricia jennifer linda elizabeth "
    "barbara susan jessica sarah karen nancy lisa margaret betty sandra ashley dorothy "
    "kimberly emily donna michelle carol amanda melissa deborah stephanie rebecca laura "
    "sharon cynthia kathleen amy shirley angela helen anna brenda pamela nicole samantha "
    "katherine emma ruth christine catherine olivia sophia hannah smith johnson williams "
    "brown jones garcia miller davis rodriguez martinez hernandez lopez gonzalez wilson "
    "anderson taylor moore jackson martin lee perez thompson harris sanchez clark ramirez "
    "lewis robinson walker allen wright torres nguyen hill flores adams nelson baker "
    "rivera campbell mitchell carter roberts sato suzuki takahashi tanaka watanabe ito "
    "yamamoto nakamura kobayashi kato yoshida yamada taro hanako"
)
